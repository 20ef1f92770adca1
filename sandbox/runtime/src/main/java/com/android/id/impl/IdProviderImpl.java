package com.android.id.impl;

import android.content.Context;
import apkfarm.sandbox.app.Services;

/**
 * Identifiers as phones of Xiaomi have them: a class of the phone that apps reach by reflection. It is there if the services
 * are; the calls are told where the app makes them.
 */
public final class IdProviderImpl {
  private static final String KIND = "oaid";

  /** Ordinary apps get none. */
  public String getUDID(Context context) {
    return null;
  }

  public String getOAID(Context context) {
    return Services.planted(KIND);
  }

  public String getVAID(Context context) {
    return Services.planted(KIND);
  }

  public String getAAID(Context context) {
    return Services.planted(KIND);
  }
}
