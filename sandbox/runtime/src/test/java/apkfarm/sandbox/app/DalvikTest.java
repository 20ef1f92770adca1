package apkfarm.sandbox.app;

import static org.junit.Assert.assertEquals;

import java.util.Map;
import org.junit.Test;

/** What Java says of itself on the phone. */
public class DalvikTest {
  private static final Map<String, String> PHONE =
      Map.of("ro.build.version.release", "14", "ro.product.model", "ANA-AN00", "ro.build.id", "HUAWEI1");

  /** Libraries that ask whether they are on Android find the name that they look for. */
  @Test
  public void namesAndroid() {
    assertEquals("Dalvik", Dalvik.properties(PHONE).get("java.vm.name"));
    assertEquals("The Android Project", Dalvik.properties(PHONE).get("java.vendor"));
  }

  /** Requests name the phone as Android does. */
  @Test
  public void userAgentNamesThePhone() {
    assertEquals(
        "Dalvik/2.1.0 (Linux; U; Android 14; ANA-AN00 Build/HUAWEI1)", Dalvik.properties(PHONE).get("http.agent"));
  }
}
