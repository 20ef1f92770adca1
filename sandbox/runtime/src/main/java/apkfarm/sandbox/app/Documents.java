package apkfarm.sandbox.app;

import android.graphics.Point;
import android.graphics.pdf.PdfRenderer;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;

/** In place of the native reader of PDF files: every document has one page, empty and of the size of A4 in points. */
@Implements(value = PdfRenderer.class, isInAndroidSdk = false)
public class Documents {
  private static final int WIDTH = 595;
  private static final int HEIGHT = 842;

  @Implementation
  protected static long nativeCreate(int file, long size) {
    return 1;
  }

  @Implementation
  protected static int nativeGetPageCount(long document) {
    return 1;
  }

  @Implementation
  protected static long nativeOpenPageAndGetSize(long document, int page, Point size) {
    size.set(WIDTH, HEIGHT);
    return 1;
  }
}
