package org.apkfarm.sample.oaidhuaweilog;

import android.app.Activity;
import android.content.ComponentName;
import android.content.Intent;
import android.content.ServiceConnection;
import android.os.Bundle;
import android.os.IBinder;
import android.os.Parcel;
import android.os.RemoteException;
import android.util.Log;
import org.apkfarm.sample.kit.Ids;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity implements ServiceConnection {
    private static final String INTERFACE = "com.uodis.opendevice.aidl.OpenDeviceIdentifierService";

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        Intent service = new Intent("com.uodis.opendevice.OPENIDS_SERVICE").setPackage("com.huawei.hwid");
        bindService(service, this, BIND_AUTO_CREATE);
    }

    @Override
    public void onServiceConnected(ComponentName name, IBinder service) {
        Parcel data = Parcel.obtain();
        Parcel reply = Parcel.obtain();
        try {
            data.writeInterfaceToken(INTERFACE);
            service.transact(IBinder.FIRST_CALL_TRANSACTION, data, reply, 0);
            reply.readException();
            Log.i("sample", "id " + reply.readString());
        } catch (RemoteException gone) {
            Log.i("sample", "no id");
        } finally {
            reply.recycle();
            data.recycle();
            unbindService(this);
        }
    }

    /** Android calls this when the service is lost, never because the app has unbound it. */
    @Override
    public void onServiceDisconnected(ComponentName name) {
        Ids.androidId(this);
    }
}
