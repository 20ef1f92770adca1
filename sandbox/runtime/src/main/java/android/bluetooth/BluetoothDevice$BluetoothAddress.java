package android.bluetooth;

/** Of Android 15: Robolectric's Bluetooth shadow names it, and cannot be looked into on Android 14 without it. */
public final class BluetoothDevice$BluetoothAddress {
  private BluetoothDevice$BluetoothAddress() {}
}
