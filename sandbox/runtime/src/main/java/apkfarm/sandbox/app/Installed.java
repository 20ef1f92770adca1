package apkfarm.sandbox.app;

import android.content.Context;
import android.content.pm.ApplicationInfo;
import android.content.pm.PackageInfo;
import android.content.pm.Signature;
import android.content.pm.SigningInfo;
import apkfarm.sandbox.host.Job;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.robolectric.Shadows;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.ShadowSigningInfo;
import org.robolectric.util.ReflectionHelpers;

/** What a phone knows of an app that its manifest does not say: who has signed it, where it lies, what its process is called. */
final class Installed {
  private final Job job;
  private final Context context;

  Installed(Job job, Context context) {
    this.job = job;
    this.context = context;
  }

  /** Lets the app's context and the package manager say so. */
  void know() {
    PackageInfo known = Shadows.shadowOf(context.getPackageManager()).getInternalMutablePackageInfo(job.packageName());
    if (job.certificate() != null && known != null) {
      sign(known, job.certificate());
    }
    ApplicationInfo info = context.getApplicationInfo();
    info.nativeLibraryDir = libraries(info);
    // The parser leaves the process out of some; apps compare it with the one that they are in.
    info.processName = Objects.requireNonNullElse(info.processName, job.packageName());
    if (known != null && known.applicationInfo != null) {
      known.applicationInfo.nativeLibraryDir = info.nativeLibraryDir;
      known.applicationInfo.processName = info.processName;
    }
    // Apps change what their context gives them: that is a copy, so that the phone still knows the app.
    Object loaded = ReflectionHelpers.getField(context, "mPackageInfo");
    ReflectionHelpers.setField(loaded, "mApplicationInfo", new ApplicationInfo(info));
  }

  /** Lets a package be signed with a certificate, DER. */
  static void sign(PackageInfo info, byte[] certificate) {
    Signature[] signatures = {new Signature(certificate)};
    info.signatures = signatures;
    info.signingInfo = new SigningInfo();
    Shadow.<ShadowSigningInfo>extract(info.signingInfo).setSignatures(signatures);
  }

  /** Lays the native libraries under {@code /data}, where all of an app's files are; returns the folder. */
  private String libraries(ApplicationInfo info) {
    try {
      boolean extracted = (info.flags & ApplicationInfo.FLAG_EXTRACT_NATIVE_LIBS) != 0;
      return Libraries.lay(job.apk(), Path.of("/data/app/" + job.packageName() + "-1"), extracted).toString();
    } catch (IOException | RuntimeException full) {
      return "/data/app/lib/arm64"; // A package name may be no file name: there is a name, and no folder.
    }
  }
}
