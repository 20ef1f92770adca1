package apkfarm.translator;

import com.googlecode.d2j.Method;
import com.googlecode.d2j.node.DexClassNode;
import com.googlecode.d2j.node.DexMethodNode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds the constructor that a call means.
 *
 * <p>Android looks for it in the superclasses too, so R8 leaves out those that only call the next one (its option
 * {@code canHaveNonReboundConstructorInvoke}, from Android 5 on). The JVM looks in the class alone.
 */
final class Constructors {
  private final Map<String, Set<String>> declared = new ConcurrentHashMap<>();
  private final Map<String, String> superclasses = new ConcurrentHashMap<>();

  /** Takes a class of the app; of two with the same name the first one counts, and the framework's before all. */
  void add(DexClassNode type) {
    boolean known = declared.containsKey(type.className);
    if (known || type.superClass == null || type.className.startsWith("Landroid/") || type.className.startsWith("Ljava/")) {
      return; // R8 brings empty classes under names of the framework, for phones that do not have them.
    }
    Set<String> found = new HashSet<>();
    for (DexMethodNode method : type.methods == null ? List.<DexMethodNode>of() : type.methods) {
      if (method.method.getName().equals("<init>")) {
        found.add(method.method.getDesc());
      }
    }
    superclasses.put(type.className, type.superClass);
    declared.put(type.className, found);
  }

  /** Returns the type, such as {@code La/B;}, whose constructor runs. */
  String owner(Method called) {
    String type = called.getOwner();
    for (Set<String> seen = new HashSet<>(); seen.add(type); type = superclasses.get(type)) {
      Set<String> own = declared.get(type);
      if (own == null || own.contains(called.getDesc())) {
        return type;
      }
    }
    return called.getOwner(); // A class that is its own superclass.
  }
}
