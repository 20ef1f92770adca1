package org.apkfarm.sample.gaidintent;

import android.app.Activity;
import android.content.ComponentName;
import android.content.Intent;
import android.content.ServiceConnection;
import android.content.pm.PackageManager;
import android.os.Bundle;
import android.os.IBinder;
import android.os.Parcel;
import android.os.RemoteException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity implements ServiceConnection {
    private static final String INTERFACE = "com.google.android.gms.ads.identifier.internal.IAdvertisingIdService";

    private final BlockingQueue<IBinder> services = new LinkedBlockingQueue<>();

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        new Thread(this::read).start();
    }

    /** As Google's client does it: the shop first, then the service, for which a thread waits. */
    private void read() {
        Intent service =
                new Intent("com.google.android.gms.ads.identifier.service.START").setPackage("com.google.android.gms");
        try {
            getPackageManager().getPackageInfo("com.android.vending", 0);
            if (bindService(service, this, BIND_AUTO_CREATE)) {
                IBinder binder = services.poll(10, TimeUnit.SECONDS);
                String id = binder == null ? null : ask(binder);
                unbindService(this);
                if (id != null) {
                    startActivity(new Intent(Intent.ACTION_SEND).setType("text/plain").putExtra(Intent.EXTRA_TEXT, id));
                }
            }
        } catch (PackageManager.NameNotFoundException | RemoteException absent) {
            return;
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }

    private static String ask(IBinder service) throws RemoteException {
        Parcel data = Parcel.obtain();
        Parcel reply = Parcel.obtain();
        try {
            data.writeInterfaceToken(INTERFACE);
            data.writeInt(1);
            service.transact(IBinder.FIRST_CALL_TRANSACTION + 1, data, reply, 0);
            reply.readException();
            boolean limited = reply.readInt() != 0;
            return limited ? null : id(service);
        } finally {
            reply.recycle();
            data.recycle();
        }
    }

    private static String id(IBinder service) throws RemoteException {
        Parcel data = Parcel.obtain();
        Parcel reply = Parcel.obtain();
        try {
            data.writeInterfaceToken(INTERFACE);
            service.transact(IBinder.FIRST_CALL_TRANSACTION, data, reply, 0);
            reply.readException();
            return reply.readString();
        } finally {
            reply.recycle();
            data.recycle();
        }
    }

    @Override
    public void onServiceConnected(ComponentName name, IBinder service) {
        services.add(service);
    }

    @Override
    public void onServiceDisconnected(ComponentName name) {}
}
