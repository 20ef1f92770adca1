package apkfarm.translator;

import static org.junit.Assert.assertEquals;

import org.junit.Test;

/** Methods whose whole body is in a range with a handler that returns -1. */
public final class HandlersTest {
  private static final String TRY = """
      .method public static run%s
        .registers 6
        :start
        %s
        :end
        .catch Ljava/lang/RuntimeException; {:start .. :end} :caught
        :caught
        move-exception v0
        const/4 v0, -1
        return v0
      .end method
      """;

  private static Object run(String types, String body, Object... arguments) throws Throwable {
    String type = Dex.type("a/Try", TRY.formatted(types, body));
    return Dex.call(Dex.translator(Dex.of(type)), "a/Try", "run", arguments);
  }

  /** An index out of bounds inside a condition is caught by the method's handler. */
  @Test
  public void indexInsideAConditionIsCaught() throws Throwable {
    String body = "aget v0, p0, p1\nif-eqz v0, :zero\nconst/4 v0, 1\nreturn v0\n:zero\nconst/4 v0, 0\nreturn v0";
    assertEquals(1, run("([II)I", body, new int[] {7}, 0));
    assertEquals(-1, run("([II)I", body, new int[] {7}, 3));
  }

  /** An index out of bounds in what a method returns is caught by the method's handler. */
  @Test
  public void indexInsideAReturnIsCaught() throws Throwable {
    assertEquals(7, run("([II)I", "aget v0, p0, p1\nreturn v0", new int[] {7}, 0));
    assertEquals(-1, run("([II)I", "aget v0, p0, p1\nreturn v0", new int[] {7}, -1));
  }

  /** An index out of bounds inside what a switch looks at is caught by the method's handler. */
  @Test
  public void indexInsideASwitchIsCaught() throws Throwable {
    String body = "aget v0, p0, p1\npacked-switch v0, :table\nconst/4 v0, 5\nreturn v0\n:seven\nconst/4 v0, 6\nreturn v0\n"
        + ":table\n.packed-switch 7\n:seven\n.end packed-switch";
    assertEquals(6, run("([II)I", body, new int[] {7}, 0));
    assertEquals(-1, run("([II)I", body, new int[] {7}, 9));
  }

  /** A division by zero is caught by the method's handler. */
  @Test
  public void divisionByZeroIsCaught() throws Throwable {
    assertEquals(3, run("(II)I", "div-int v0, p0, p1\nreturn v0", 6, 2));
    assertEquals(-1, run("(II)I", "div-int v0, p0, p1\nreturn v0", 6, 0));
  }

  /** A remainder of a division by zero that is part of a longer sum is caught by the method's handler. */
  @Test
  public void remainderInsideASumIsCaught() throws Throwable {
    String body = "rem-int v0, p0, p1\nadd-int/lit8 v0, v0, 4\nadd-int v0, v0, p0\nreturn v0";
    assertEquals(11, run("(II)I", body, 6, 5));
    assertEquals(-1, run("(II)I", body, 6, 0));
  }

  /** A wrong type is caught by the method's handler. */
  @Test
  public void wrongTypeIsCaught() throws Throwable {
    String body = "check-cast p0, Ljava/lang/String;\nconst/4 v0, 2\nreturn v0";
    assertEquals(2, run("(Ljava/lang/Object;)I", body, "text"));
    assertEquals(-1, run("(Ljava/lang/Object;)I", body, 5));
  }

  /** The length of an array that is null is caught by the method's handler. */
  @Test
  public void lengthOfNullIsCaught() throws Throwable {
    assertEquals(1, run("([I)I", "array-length v0, p0\nreturn v0", (Object) new int[] {7}));
    assertEquals(-1, run("([I)I", "array-length v0, p0\nreturn v0", (Object) null));
  }

  /** An exception of another type than the handler's goes on to the caller. */
  @Test(expected = StackOverflowError.class)
  public void otherExceptionsGoOn() throws Throwable {
    run("(I)I", "invoke-static {p0}, La/Try;->run(I)I\nmove-result v0\nreturn v0", 1);
  }

  /** A local that is first set inside the range, by what cannot throw, may be read by the handler. */
  @Test
  public void handlerReadsWhatWasSetBeforeTheThrow() throws Throwable {
    String method = """
        .method public static run(II)I
          .registers 5
          :start
          add-int v0, p0, p0
          div-int v1, p0, p1
          :end
          return v1
          .catch Ljava/lang/ArithmeticException; {:start .. :end} :caught
          :caught
          move-exception v1
          return v0
        .end method
        """;
    LazyTranslator translator = Dex.translator(Dex.of(Dex.type("a/Try", method)));
    assertEquals(2, Dex.call(translator, "a/Try", "run", 6, 3));
    assertEquals(12, Dex.call(translator, "a/Try", "run", 6, 0));
  }
}
