package apkfarm.sandbox.app;

import android.os.Binder;
import android.os.Parcel;
import apkfarm.sandbox.host.ServiceTables;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What an app gets that binds one of the phone's identifier services: answers each call by its number, and tells it. */
final class ServiceBinder extends Binder {
  private final List<ServiceTables.Call> calls;
  private final Map<String, String> canaries;

  /**
   * @param calls of one service, at least one
   * @param canaries planted values by kind
   */
  ServiceBinder(List<ServiceTables.Call> calls, Map<String, String> canaries) {
    this.calls = calls;
    this.canaries = canaries;
    // Without an owner here, as with a service of another process: the app's own proxy speaks to it.
    attachInterface(null, calls.get(0).descriptor());
  }

  @Override
  protected boolean onTransact(int code, Parcel data, Parcel reply, int flags) {
    if (code == INTERFACE_TRANSACTION) {
      reply.writeString(calls.get(0).descriptor());
      return true;
    }
    if (calls.stream().noneMatch(call -> call.code() == code)) {
      return false;
    }
    try {
      data.enforceInterface(calls.get(0).descriptor());
      answer(code, data, reply);
    } catch (RuntimeException refused) {
      if (reply != null) {
        reply.setDataSize(0);
        reply.writeException(refused);
      }
    }
    return true;
  }

  private void answer(int code, Parcel data, Parcel reply) {
    List<String> texts = null;
    for (ServiceTables.Call call : calls) {
      if (call.code() != code) {
        continue;
      }
      if (texts == null) {
        texts = texts(data, call.texts());
      }
      if (!call.argument().isEmpty() && !texts.contains(call.argument())) {
        continue;
      }
      String planted = canaries.get(call.kind());
      if (planted != null) {
        Events.tell("api", call.descriptor() + "." + call.method(), texts, Events.Details.NONE);
      }
      if (reply != null) {
        write(call.answer(), planted, reply);
      }
      return;
    }
    throw new IllegalArgumentException("unknown arguments");
  }

  private static List<String> texts(Parcel data, int count) {
    List<String> found = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      found.add(String.valueOf(data.readString()));
    }
    return found;
  }

  private static void write(String answer, String planted, Parcel reply) {
    reply.writeNoException();
    switch (answer) {
      case "text" -> reply.writeString(planted);
      case "true" -> reply.writeInt(1);
      case "false" -> reply.writeInt(0);
      case "null" -> reply.writeString(null);
      default -> {} // The call returns nothing.
    }
  }
}
