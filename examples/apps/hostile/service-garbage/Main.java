package org.apkfarm.sample.servicegarbage;

import android.app.Activity;
import android.content.ComponentName;
import android.content.Intent;
import android.content.ServiceConnection;
import android.net.Uri;
import android.os.Bundle;
import android.os.IBinder;
import android.os.Parcel;
import android.os.RemoteException;

/** Each connection asks for the next one; no call is as the service expects it. */
public final class Main extends Activity implements ServiceConnection {
    private static final String[] INTERFACES = {"com.heytap.openid.IOpenID", "no.such.Interface", null};

    private int spoken;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        bind();
        String[] wrong = {null};
        for (String path : new String[] {"", "/IdentifierId/VAID_", "/" + longText(1 << 20)}) {
            getContentResolver().query(Uri.parse("content://com.vivo.vms.IdProvider" + path), null, null, wrong, null);
            getContentResolver().query(Uri.parse("content://com.meizu.flyme.openidsdk" + path), wrong, null, wrong, null);
        }
    }

    private static String longText(int length) {
        return new String(new char[length]).replace('\0', 'x');
    }

    private void bind() {
        ComponentName service = new ComponentName("com.heytap.openid", "com.heytap.openid.IdentifyService");
        bindService(new Intent().setComponent(service), this, BIND_AUTO_CREATE);
    }

    @Override
    public void onServiceConnected(ComponentName name, IBinder service) {
        bind();
        if (spoken++ > 2) {
            return;
        }
        for (String token : INTERFACES) {
            for (int code : new int[] {Integer.MIN_VALUE, 0, 1, 2, IBinder.INTERFACE_TRANSACTION, IBinder.DUMP_TRANSACTION}) {
                speak(service, token, code);
            }
        }
    }

    private static void speak(IBinder service, String token, int code) {
        Parcel data = Parcel.obtain();
        if (token != null) {
            data.writeInterfaceToken(token);
        }
        data.writeString(longText(1 << 16));
        data.writeInt(-1);
        try {
            service.transact(code, data, code == 2 ? null : Parcel.obtain(), IBinder.FLAG_ONEWAY);
            service.transact(code, data, Parcel.obtain(), 0);
        } catch (RemoteException | RuntimeException refused) {
            return;
        } finally {
            data.recycle();
        }
    }

    @Override
    public void onServiceDisconnected(ComponentName name) {}
}
