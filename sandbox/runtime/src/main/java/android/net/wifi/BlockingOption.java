package android.net.wifi;

/** Of Android 15: Robolectric's Wi-Fi shadow names it, and cannot be looked into on Android 14 without it. */
public final class BlockingOption {
  private BlockingOption() {}
}
