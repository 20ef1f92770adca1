package apkfarm.sandbox.app;

import android.app.ActivityGroup;
import android.app.TabActivity;
import android.widget.TabHost;
import android.widget.TabWidget;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowActivity;
import org.robolectric.shadows.ShadowLinearLayout;
import org.robolectric.shadows.ShadowViewGroup;

/**
 * In place of Robolectric's models of tabs, which show none and start no activity in them: Android's own code does its work.
 * The classes are empty for that reason.
 */
public final class Tabs {
  private Tabs() {}

  /** In place of its host, which takes tabs and forgets them. */
  @Implements(value = TabHost.class, isInAndroidSdk = false)
  public static class Host extends ShadowViewGroup {}

  /** In place of its tab, which keeps to itself what it was given. */
  @Implements(value = TabHost.TabSpec.class, isInAndroidSdk = false)
  public static class Tab {}

  /** In place of its row of tabs, which stays empty. */
  @Implements(value = TabWidget.class, isInAndroidSdk = false)
  public static class Row extends ShadowLinearLayout {}

  /** In place of its activity with tabs, which makes a host of its own. */
  @Implements(value = TabActivity.class, isInAndroidSdk = false)
  public static class Tabbed extends Group {}

  /** In place of its activity with others inside, which has none. */
  @Implements(value = ActivityGroup.class, isInAndroidSdk = false)
  public static class Group extends ShadowActivity {}
}
