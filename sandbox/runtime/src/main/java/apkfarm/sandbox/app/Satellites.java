package apkfarm.sandbox.app;

import android.location.GpsStatus;
import android.location.LocationManager;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowLocationManager;

/** Listeners of satellites as apps for older Android register them: Android 14 still takes theirs, and here none is told. */
@Implements(value = LocationManager.class, isInAndroidSdk = false)
public class Satellites extends ShadowLocationManager {
  @Implementation
  @Override
  protected boolean addGpsStatusListener(GpsStatus.Listener listener) {
    return true;
  }

  @Implementation
  @Override
  protected void removeGpsStatusListener(GpsStatus.Listener listener) {}
}
