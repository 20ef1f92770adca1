package apkfarm.sandbox.app;

import android.app.Activity;
import android.content.ComponentName;
import android.content.Context;
import android.content.Intent;
import android.content.pm.PackageManager;
import android.content.pm.ResolveInfo;
import apkfarm.sandbox.host.Rules;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.robolectric.RuntimeEnvironment;

/** Searches what leaves the app for planted values. */
final class Sinks {
  /** Said of an intent that can reach another app; the table of behaviours asks for it. */
  static final String FOREIGN = "to another app";

  /** A text of so many characters may be a piece of a value. */
  private static final int PIECE = 2;

  private final Map<String, Rules.Sink> sinks;
  private final Needles needles;
  private final Streams streams = new Streams();
  private final String packageName;
  private final Map<String, Integer> trickles = new HashMap<>();

  Sinks(Map<String, Rules.Sink> sinks, Needles needles, String packageName) {
    this.sinks = sinks;
    this.needles = needles;
    this.packageName = packageName;
  }

  /**
   * Planted values that leave.
   *
   * @param kind of event
   * @param canary kinds of the values
   * @param notes where they went and the text around them
   */
  record Leak(String kind, List<String> canary, List<String> notes) {}

  Rules.Sink of(String member) {
    return sinks.get(member);
  }

  /** Returns what leaves with a call, or null if no planted value does. */
  Leak leak(Rules.Sink sink, Object[] values, boolean isStatic) {
    try {
      return sink.kind().equals("stream") ? written(sink.member(), values) : handed(sink, values, isStatic);
    } catch (RuntimeException | StackOverflowError unreadable) {
      return null; // An argument may be the app's own class, or change while it is read: the call itself goes on.
    }
  }

  private Leak handed(Rules.Sink sink, Object[] values, boolean isStatic) {
    if (sink.kind().equals("intent") && !leaves(values, sink.member())) {
      return null;
    }
    Search search = new Search(needles, Needles.START);
    int first = isStatic ? 0 : 1;
    if (values.length == 0) {
      return null;
    }
    if (sink.self() && !isStatic) {
      Texts.search(values[0], search);
    }
    for (int i = first; i < values.length; i++) {
      if (sink.arguments() == null || sink.arguments().contains(i - first)) {
        Texts.search(values[i], search);
      }
    }
    if (search.isEmpty()) {
      search = trickle(sink.member(), values[values.length - 1]);
    }
    return search.isEmpty() ? null : new Leak(event(sink.kind()), search.kinds(), search.excerpts());
  }

  /** A value can be handed over in many calls, a character each. */
  private synchronized Search trickle(String member, Object last) {
    Integer before = trickles.get(member);
    Search search = new Search(needles, before == null ? Needles.START : before);
    if (last instanceof String text && text.length() <= PIECE) {
      for (int i = 0; i < text.length(); i++) {
        search.character(text.charAt(i));
      }
      trickles.put(member, search.state());
    } else if (before != null) {
      trickles.remove(member);
    }
    return search;
  }

  private static String event(String kind) {
    return switch (kind) {
      case "file", "prefs", "db" -> "file";
      case "net", "webview" -> "net";
      default -> "api";
    };
  }

  /** Goes on with the search through a stream: a value may be written character by character. */
  private Leak written(String member, Object[] values) {
    Streams.Target target = streams.target(values[0]);
    if (target.kind == null || values.length < 2) {
      return null;
    }
    synchronized (target) {
      Search search = new Search(needles, target.state);
      piece(member, values, search);
      target.state = search.state();
      if (search.isEmpty()) {
        return null;
      }
      List<String> notes = new ArrayList<>(search.excerpts());
      if (!target.name.isEmpty()) {
        notes.add(0, target.name);
      }
      return new Leak(event(target.kind), search.kinds(), notes);
    }
  }

  private static void piece(String member, Object[] values, Search search) {
    Object value = values[1];
    boolean part = values.length == 4 && values[2] instanceof Integer && values[3] instanceof Integer;
    int from = part ? (Integer) values[2] : 0;
    // Writers take a start and an end in append, a start and a length in write.
    int to = !part ? Integer.MAX_VALUE : member.endsWith(".append") ? (Integer) values[3] : from + (Integer) values[3];
    if (value instanceof byte[] bytes) {
      search.bytes(bytes, from, to);
    } else if (value instanceof char[] characters) {
      search.text(CharBuffer.wrap(characters), from, to);
    } else if (value instanceof String text) {
      search.text(text, from, to);
    } else if (value instanceof ByteBuffer buffer) {
      search.bytes(buffer);
    } else if (value instanceof Character character) {
      search.character(character);
    } else if (value instanceof Integer code && (member.endsWith(".write") || member.endsWith(".writeByte"))) {
      search.character((char) (values[0] instanceof Writer ? code & 0xffff : code & 0xff));
    } else if (value instanceof Number number) {
      search.text(number.toString());
    } else {
      for (int i = 1; i < values.length; i++) {
        Texts.search(values[i], search);
      }
    }
    if (member.endsWith(".println")) {
      search.character('\n');
    }
  }

  /** Whether an intent among the values can reach another app. */
  boolean leaves(Object[] values, String member) {
    if (member.endsWith(".setResult")) {
      return values[0] instanceof Activity activity && isExported(activity);
    }
    for (Object value : values) {
      if (value instanceof Intent intent) {
        return !isOwn(intent);
      }
      if (value instanceof Intent[] intents && intents.length > 0) {
        return !isOwn(intents[intents.length - 1]);
      }
    }
    return false;
  }

  private static boolean isExported(Activity activity) {
    try {
      return activity.getPackageManager().getActivityInfo(activity.getComponentName(), 0).exported;
    } catch (PackageManager.NameNotFoundException undeclared) {
      return false;
    }
  }

  /** Whether an intent goes to a component of the app itself. */
  boolean isOwn(Intent intent) {
    ComponentName component = intent.getComponent();
    if (component != null || intent.getPackage() != null) {
      return packageName.equals(component != null ? component.getPackageName() : intent.getPackage());
    }
    Context application = RuntimeEnvironment.getApplication();
    if (application == null) {
      return false;
    }
    ResolveInfo found = application.getPackageManager().resolveActivity(intent, 0);
    return found != null && found.activityInfo != null && packageName.equals(found.activityInfo.packageName);
  }
}
