package apkfarm.sandbox.app;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.RandomAccessFile;
import java.io.Writer;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Map;

/**
 * Where the app's output streams end, and how far the search through what was written has come.
 *
 * <p>What is written to memory leaves nothing: only streams that end in a file, a socket or the log count.
 */
final class Streams {
  private static final int MAX_LINKS = 12;

  /** The end of one stream. */
  static final class Target {
    /** Kind of the sink; null if nothing leaves there. */
    final String kind;

    final String name;
    int state = Needles.START;

    Target(String kind, String name) {
      this.kind = kind;
      this.name = name;
    }
  }

  /** A stream as a key: by identity, without keeping it alive. */
  private static final class Key extends WeakReference<Object> {
    private final int hash;

    Key(Object stream, ReferenceQueue<Object> queue) {
      super(stream, queue);
      this.hash = System.identityHashCode(stream);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(Object other) {
      return this == other || other instanceof Key key && get() != null && get() == key.get();
    }
  }

  private static final Field FILTERED = field(FilterOutputStream.class, "out");
  private static final Field LOCK = field(Writer.class, "lock");
  private static final Field PATH = field(FileOutputStream.class, "path");
  private static final Field RANDOM_PATH = field(RandomAccessFile.class, "path");

  private final Map<Key, Target> targets = new HashMap<>();
  private final ReferenceQueue<Object> gone = new ReferenceQueue<>();

  private static Field field(Class<?> owner, String name) {
    try {
      Field found = owner.getDeclaredField(name);
      found.setAccessible(true);
      return found;
    } catch (ReflectiveOperationException | RuntimeException otherJvm) {
      return null; // Streams of this sort are then not followed.
    }
  }

  /** Returns where a stream ends. */
  synchronized Target target(Object stream) {
    for (Reference<?> old = gone.poll(); old != null; old = gone.poll()) {
      targets.remove(old);
    }
    Target known = targets.get(new Key(stream, null));
    if (known == null) {
      known = follow(stream);
      targets.put(new Key(stream, gone), known);
    }
    return known;
  }

  private static Target follow(Object stream) {
    Object end = stream;
    try {
      for (int links = 0; links < MAX_LINKS; links++) {
        Object next = end;
        if (end instanceof FilterOutputStream && FILTERED != null) {
          next = FILTERED.get(end);
        } else if (end instanceof Writer && LOCK != null) {
          next = LOCK.get(end); // The stream or writer that this one writes to.
        } else if (end instanceof ObjectOutputStream) {
          next = inner(end);
        }
        if (next == null || next == end) {
          break;
        }
        end = next;
      }
      return of(end);
    } catch (ReflectiveOperationException | IOException | RuntimeException hidden) {
      return new Target(null, "");
    }
  }

  private static Object inner(Object stream) throws ReflectiveOperationException {
    Field blocks = field(ObjectOutputStream.class, "bout");
    Object data = blocks == null ? null : blocks.get(stream);
    Field out = data == null ? null : field(data.getClass(), "out");
    return out == null ? null : out.get(data);
  }

  private static Target of(Object end) throws ReflectiveOperationException, IOException {
    if (end instanceof FileOutputStream file) {
      if (file.getFD() == FileDescriptor.out || file.getFD() == FileDescriptor.err) {
        return new Target("log", "");
      }
      return new Target("file", PATH == null ? "" : String.valueOf(PATH.get(end)));
    }
    if (end instanceof RandomAccessFile) {
      return new Target("file", RANDOM_PATH == null ? "" : String.valueOf(RANDOM_PATH.get(end)));
    }
    String name = end.getClass().getName();
    if (end instanceof FileChannel || name.equals("sun.nio.ch.ChannelOutputStream")) {
      return new Target("file", "");
    }
    if (end instanceof SocketChannel || name.startsWith("java.net.") || name.startsWith("sun.net.www.")
        || name.startsWith("sun.security.ssl.") || name.startsWith("org.conscrypt.")) {
      return new Target("net", "");
    }
    return new Target(null, "");
  }
}
