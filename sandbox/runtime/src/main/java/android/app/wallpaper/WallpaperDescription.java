package android.app.wallpaper;

/** Of Android 16: Robolectric's wallpaper shadow names it, and cannot be looked into on Android 14 without it. */
public final class WallpaperDescription {
  private WallpaperDescription() {}
}
