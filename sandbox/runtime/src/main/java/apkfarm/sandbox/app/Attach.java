package apkfarm.sandbox.app;

import android.app.Application;
import android.content.Context;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowApplication;

/** In place of the attaching of an application to its context: the phone is ready before the app's first line runs. */
@Implements(value = Application.class, isInAndroidSdk = false)
public class Attach extends ShadowApplication {
  @Override
  public void callAttach(Context context) {
    if (Session.get() != null && Session.get().job().packageName().equals(context.getPackageName())) {
      Phone.current().setUp(context);
    }
    super.callAttach(context);
  }
}
