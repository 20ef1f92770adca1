package apkfarm.sandbox.app;

import android.app.Instrumentation;
import java.time.Duration;
import javax.inject.Named;
import org.robolectric.android.internal.AndroidTestEnvironment;
import org.robolectric.internal.ShadowProvider;
import org.robolectric.pluginapi.Sdk;
import org.robolectric.pluginapi.TestEnvironmentLifecyclePlugin;
import org.robolectric.shadows.ShadowBuild;
import org.robolectric.shadows.ShadowSystemClock;

/** A phone as users in China have it, nine hours after it was switched on. */
public final class Environment extends AndroidTestEnvironment {
  public Environment(
      @Named("runtimeSdk") Sdk runtimeSdk,
      @Named("compileSdk") Sdk compileSdk,
      ShadowProvider[] shadowProviders,
      TestEnvironmentLifecyclePlugin[] plugins) {
    super(runtimeSdk, compileSdk, shadowProviders, plugins);
  }

  @Override
  protected Instrumentation pickInstrumentation() {
    ShadowBuild.setManufacturer("HUAWEI");
    ShadowBuild.setBrand("HUAWEI");
    ShadowBuild.setModel("ANA-AN00");
    ShadowBuild.setDevice("HWANA");
    ShadowBuild.setProduct("ANA-AN00");
    ShadowBuild.setHardware("kirin990");
    ShadowBuild.setBoard("ANA");
    ShadowBuild.setTags("release-keys");
    ShadowBuild.setType("user");
    ShadowBuild.setId("HUAWEIANA-AN00");
    ShadowBuild.setFingerprint(
        "HUAWEI/ANA-AN00/HWANA:14/HUAWEIANA-AN00/102.0.0.176C00:user/release-keys");
    ShadowBuild.setSupportedAbis(new String[] {"arm64-v8a", "armeabi-v7a", "armeabi"});
    ShadowBuild.setSupported64BitAbis(new String[] {"arm64-v8a"});
    ShadowBuild.setSupported32BitAbis(new String[] {"armeabi-v7a", "armeabi"});
    ShadowSystemClock.advanceBy(Duration.ofHours(9));
    return Session.get() == null ? new QuietInstrumentation() : new AppInstrumentation();
  }
}
