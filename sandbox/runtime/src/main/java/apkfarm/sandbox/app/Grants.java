package apkfarm.sandbox.app;

import apkfarm.sandbox.host.Rules;
import java.util.List;
import java.util.Set;

/** Whether the app holds what a call needs. */
final class Grants {
  private Grants() {}

  /** Returns whether the permissions of the rows are held; null if none is needed. */
  static Boolean of(List<Rules.Sensitive> rows) {
    Boolean granted = null;
    for (Rules.Sensitive row : rows) {
      for (Set<String> need : row.needs()) {
        if (need.stream().noneMatch(Session.get()::holds)) {
          Session.get().missed(need);
          return false;
        }
        granted = true;
      }
    }
    return granted;
  }
}
