package org.apkfarm.sample.leaklocation;

import android.app.Activity;
import android.content.Context;
import android.location.Location;
import android.location.LocationListener;
import android.location.LocationManager;
import android.os.Bundle;
import android.util.Log;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        LocationManager locations = (LocationManager) getSystemService(Context.LOCATION_SERVICE);
        locations.requestLocationUpdates(LocationManager.GPS_PROVIDER, 0, 0, new Listener());
    }

    /** Logs whatever it is told. */
    private static final class Listener implements LocationListener {
        @Override
        public void onLocationChanged(Location location) {
            Log.i("sample", location.getLatitude() + "," + location.getLongitude());
        }

        @Override
        public void onStatusChanged(String provider, int status, Bundle extras) {}

        @Override
        public void onProviderEnabled(String provider) {}

        @Override
        public void onProviderDisabled(String provider) {}
    }
}
