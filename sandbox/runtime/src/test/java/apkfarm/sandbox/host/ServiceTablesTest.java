package apkfarm.sandbox.host;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.util.List;
import java.util.Properties;
import org.junit.Test;

public final class ServiceTablesTest {
  private static ServiceTables read(String table, String text) {
    Properties values = new Properties();
    values.setProperty("services." + table, text);
    return ServiceTables.read(values);
  }

  private static ServiceTables.Row row(String path, String argument) {
    return read("rows", "a.b;a.b.Ids;" + path + ";" + argument + ";;content%3A//a.b.Ids;value%3D%2A;oaid;text").rows().get(0);
  }

  /** A job that says nothing of services is that of a phone without them. */
  @Test
  public void withoutTablesThereIsNothing() {
    ServiceTables none = ServiceTables.read(new Properties());
    assertFalse(none.arePresent());
    assertEquals(List.of(), none.calls());
    assertEquals(List.of(), none.rows());
    assertEquals(List.of(), none.values());
  }

  /** A package has its number and, if it is known, its certificate byte for byte. */
  @Test
  public void packagesAreRead() {
    ServiceTables tables = read("packages", "a.b;1.0;240913000;3082 c.d;2.0;1;");
    assertTrue(tables.arePresent());
    assertEquals(240913000, tables.packages().get(0).versionCode());
    assertArrayEquals(new byte[] {0x30, (byte) 0x82}, tables.packages().get(0).certificate());
    assertEquals(0, tables.packages().get(1).certificate().length);
  }

  /** A service that is found by its action only is told by the name of its interface. */
  @Test
  public void serviceWithoutClassHasTheNameOfItsInterface() {
    List<ServiceTables.Call> calls =
        read("calls", "a.b;a.b.Service;;a.b.I;1;getId;;0;text;oaid a.b;;a.b.ACTION;a.b.J;2;isOn;X;3;true;").calls();
    assertEquals("a.b.Service", calls.get(0).className());
    assertEquals("a.b.J", calls.get(1).className());
    assertEquals(3, calls.get(1).texts());
  }

  /** A path stands for itself; one that ends in an underscore for all that begin with it. */
  @Test
  public void pathOrItsBeginning() {
    assertTrue(row("/Id/OAID", "").answers("/Id/OAID", null));
    assertFalse(row("/Id/OAID", "").answers("/Id/OAIDSTATUS", null));
    assertTrue(row("/Id/AAID_", "").answers("/Id/AAID_com.example", null));
    assertTrue(row("", "").answers("/anything", null));
  }

  /** Where the query must name what it wants, another one or none gets nothing. */
  @Test
  public void firstArgumentOfTheSelectionCounts() {
    assertTrue(row("", "oaid").answers("/", new String[] {"oaid"}));
    assertFalse(row("", "oaid").answers("/", new String[] {"imei", "oaid"}));
    assertFalse(row("", "oaid").answers("/", new String[0]));
    assertFalse(row("", "oaid").answers("/", null));
  }

  /** Columns keep their order: some callers take them by number. */
  @Test
  public void columnsKeepTheirOrder() {
    ServiceTables.Row row =
        read("rows", "a.b;a.b.Ids;;;p.READ;op;expired%3D0%2Cvalue%3D%2A%2Ccode%3D1000;id;decimal").rows().get(0);
    assertEquals(List.of("expired", "value", "code"), List.copyOf(row.columns().keySet()));
    assertEquals(ServiceTables.PLANTED, row.columns().get("value"));
    assertTrue(row.isDecimal());
  }

  /** A row with a cell too few is refused, not guessed at. */
  @Test
  public void rowsOfAnotherLengthAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> read("packages", "a.b;1.0;1"));
    assertThrows(IllegalArgumentException.class, () -> read("values", "setting;a;b"));
  }
}
