package apkfarm.sandbox.app;

import android.content.ContentProvider;
import android.content.ContentValues;
import android.net.Uri;

/** A provider of the phone's own, which can be asked and keeps nothing. */
abstract class PhoneProvider extends ContentProvider {
  @Override
  public boolean onCreate() {
    return true;
  }

  /** Asked for by the instrumented framework that this class is compiled against. */
  @Override
  public Object $$robo$getData() {
    return null; // It has no shadow.
  }

  @Override
  public String getType(Uri uri) {
    return null;
  }

  @Override
  public Uri insert(Uri uri, ContentValues values) {
    return null;
  }

  @Override
  public int delete(Uri uri, String selection, String[] arguments) {
    return 0;
  }

  @Override
  public int update(Uri uri, ContentValues values, String selection, String[] arguments) {
    return 0;
  }
}
