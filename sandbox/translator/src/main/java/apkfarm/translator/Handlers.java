package apkfarm.translator;

import com.googlecode.dex2jar.ir.IrMethod;
import com.googlecode.dex2jar.ir.Trap;
import com.googlecode.dex2jar.ir.expr.Value;
import com.googlecode.dex2jar.ir.stmt.LabelStmt;
import com.googlecode.dex2jar.ir.stmt.Stmt;
import com.googlecode.dex2jar.ir.stmt.Stmts;
import com.googlecode.dex2jar.ir.ts.Cfg;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Narrows the ranges of exception handlers to what can throw.
 *
 * <p>To the JVM an exception can come out of every instruction of a range, to Android only out of those that throw: a local
 * that is set in between is no use to a handler there. dex2jar's own pass overlooks what a condition reads.
 */
final class Handlers {
  /** What dex2jar takes for harmless: an index out of bounds, a remainder of a division by zero. */
  private static final Set<Value.VT> OVERLOOKED = EnumSet.of(Value.VT.ARRAY, Value.VT.REM);

  private Handlers() {}

  /** Its passes take a handler for dead code if they know of nothing that leads there; to be called before the first one. */
  static void tellDex2jar() {
    try {
      Field flags = Value.VT.class.getDeclaredField("flags");
      flags.setAccessible(true);
      for (Value.VT type : OVERLOOKED) {
        flags.setInt(type, flags.getInt(Value.VT.IDIV));
      }
    } catch (ReflectiveOperationException otherDex2jar) {
      throw new ExceptionInInitializerError(otherDex2jar);
    }
  }

  /** Narrows all ranges of a method; a range in which nothing can throw goes. */
  static void trim(IrMethod method) {
    List<Trap> trimmed = new ArrayList<>();
    for (Trap trap : method.traps) {
      Stmt stmt = trap.start;
      while (stmt != null && stmt != trap.end) {
        if (!canThrow(stmt)) {
          stmt = stmt.getNext();
          continue;
        }
        LabelStmt start = labelAt(method, stmt);
        while (stmt != null && stmt != trap.end && canThrow(stmt)) {
          stmt = stmt.getNext();
        }
        LabelStmt end = stmt == null ? trap.end : labelAt(method, stmt);
        trimmed.add(new Trap(start, end, trap.handlers, trap.types));
      }
    }
    method.traps.clear();
    method.traps.addAll(trimmed);
  }

  /** Returns a label that stands right before a statement. */
  private static LabelStmt labelAt(IrMethod method, Stmt stmt) {
    if (stmt instanceof LabelStmt label) {
      return label;
    }
    if (stmt.getPre() instanceof LabelStmt label) {
      return label;
    }
    LabelStmt made = Stmts.nLabel();
    method.stmts.insertBefore(stmt, made);
    return made;
  }

  private static boolean canThrow(Stmt stmt) {
    return switch (stmt.st) {
      case IF, LOOKUP_SWITCH, TABLE_SWITCH, RETURN -> canThrow(stmt.getOp());
      case ASSIGN, FILL_ARRAY_DATA -> Cfg.isThrow(stmt) || canThrow(stmt.getOp1()) || canThrow(stmt.getOp2());
      default -> Cfg.isThrow(stmt);
    };
  }

  /** Whether a value, or one that it is made of, can throw when it is computed. */
  private static boolean canThrow(Value value) {
    if (value.vt.canThrow()) {
      return true;
    }
    return switch (value.et) {
      case E0 -> false;
      case E1 -> canThrow(value.getOp());
      case E2 -> canThrow(value.getOp1()) || canThrow(value.getOp2());
      case En -> Arrays.stream(value.getOps()).anyMatch(Handlers::canThrow);
    };
  }
}
