package apkfarm.sandbox.app;

import android.content.ComponentName;
import android.content.Intent;
import android.content.pm.ResolveInfo;
import android.os.Build;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowContextImpl;

/**
 * In place of Robolectric's context, which refuses services that an intent does not name, whoever asks: Android does so for
 * apps that target 5.0 or later, and looks for a service otherwise. Source: AOSP, {@code ContextImpl.validateServiceIntent}.
 */
@Implements(className = ShadowContextImpl.CLASS_NAME, isInAndroidSdk = false)
public class ServiceIntents extends ShadowContextImpl {
  @Implementation
  @Override
  protected ComponentName startService(Intent intent) {
    if (isNamed(intent) || isRefused()) {
      return super.startService(intent);
    }
    ResolveInfo found = Session.get().application().getPackageManager().resolveService(intent, 0);
    return found == null
        ? null
        : super.startService(new Intent(intent).setClassName(found.serviceInfo.packageName, found.serviceInfo.name));
  }

  @Override
  protected void validateServiceIntent(Intent intent) {
    if (isRefused()) {
      super.validateServiceIntent(intent);
    }
  }

  private static boolean isNamed(Intent intent) {
    return intent.getComponent() != null || intent.getPackage() != null;
  }

  private static boolean isRefused() {
    return Session.get() == null || Session.get().job().targetSdk() >= Build.VERSION_CODES.LOLLIPOP;
  }
}
