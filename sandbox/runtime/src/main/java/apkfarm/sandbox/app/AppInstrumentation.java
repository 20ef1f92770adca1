package apkfarm.sandbox.app;

import android.app.Activity;
import android.app.Application;
import android.content.Context;
import android.content.Intent;
import android.os.Bundle;
import android.os.IBinder;

/** Installs the app's providers in time, and takes its starts of activities. */
public final class AppInstrumentation extends QuietInstrumentation {
  @Override
  public void callApplicationOnCreate(Application application) {
    Phone.current().setPlaces(application);
    Session.get().attached(application);
    Session.get().component("application", application.getClass().getName(), () -> super.callApplicationOnCreate(application));
  }

  /** Called for an activity inside another one, such as that of a tab; all others are made by the session. */
  @Override
  public Activity newActivity(ClassLoader loader, String name, Intent intent)
      throws ClassNotFoundException, IllegalAccessException, InstantiationException {
    Session.get().started("start_activity", name);
    return super.newActivity(loader, name, intent);
  }

  public ActivityResult execStartActivity(
      Context who, IBinder thread, IBinder token, Activity from, Intent intent, int requestCode, Bundle options) {
    Session.get().wanted(intent, from, null, requestCode);
    return null;
  }

  public ActivityResult execStartActivity(
      Context who, IBinder thread, IBinder token, String from, Intent intent, int requestCode, Bundle options) {
    Session.get().wanted(intent, who instanceof Activity activity ? activity : null, from, requestCode);
    return null;
  }
}
