import java.io.File;
import java.util.HashSet;
import java.util.Set;
import org.jf.dexlib2.DexFileFactory;
import org.jf.dexlib2.iface.ClassDef;
import org.jf.dexlib2.iface.DexFile;
import org.jf.dexlib2.iface.Method;
import org.jf.dexlib2.iface.MethodImplementation;
import org.jf.dexlib2.iface.MultiDexContainer;
import org.jf.dexlib2.iface.instruction.Instruction;
import org.jf.dexlib2.iface.instruction.ReferenceInstruction;
import org.jf.dexlib2.iface.reference.MethodReference;
import org.jf.dexlib2.iface.reference.StringReference;

/** Reads every instruction of every DEX file of an APK, and prints how many calls and uses of strings there are. */
public final class Dexlib {
  private long calls;
  private long strings;
  private final Set<String> called = new HashSet<>();

  public static void main(String[] arguments) throws Exception {
    MultiDexContainer<? extends DexFile> files = DexFileFactory.loadDexContainer(new File(arguments[0]), null);
    Dexlib seen = new Dexlib();
    for (String name : files.getDexEntryNames()) {
      for (ClassDef each : files.getEntry(name).getDexFile().getClasses()) {
        for (Method method : each.getMethods()) {
          seen.read(method.getImplementation());
        }
      }
    }
    System.out.println(seen.calls + " calls of " + seen.called.size() + " methods, " + seen.strings + " strings");
  }

  private void read(MethodImplementation code) {
    if (code == null) {
      return;
    }
    for (Instruction instruction : code.getInstructions()) {
      if (!(instruction instanceof ReferenceInstruction)) {
        continue;
      }
      Object reference = ((ReferenceInstruction) instruction).getReference();
      if (reference instanceof MethodReference) {
        MethodReference method = (MethodReference) reference;
        called.add(method.getDefiningClass() + "->" + method.getName());
        calls++;
      } else if (reference instanceof StringReference) {
        strings += ((StringReference) reference).getString().isEmpty() ? 0 : 1;
      }
    }
  }
}
