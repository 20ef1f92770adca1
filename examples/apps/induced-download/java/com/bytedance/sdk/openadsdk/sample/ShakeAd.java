package com.bytedance.sdk.openadsdk.sample;

import android.content.Context;
import android.hardware.Sensor;
import android.hardware.SensorEvent;
import android.hardware.SensorEventListener;
import android.hardware.SensorManager;
import com.ss.android.downloadlib.sample.Downloader;

/** A made-up advertisement under the package prefix of a real SDK; no vendor's code. A slight movement opens it. */
public final class ShakeAd implements SensorEventListener {
    private static final float THRESHOLD = 3.0f;

    private final Context context;
    private final SensorManager sensors;
    private boolean opened;

    public ShakeAd(Context context) {
        this.context = context;
        this.sensors = (SensorManager) context.getSystemService(Context.SENSOR_SERVICE);
    }

    /** Starts to listen for movement. */
    public void listen() {
        Sensor sensor = sensors.getDefaultSensor(Sensor.TYPE_ACCELEROMETER);
        sensors.registerListener(this, sensor, SensorManager.SENSOR_DELAY_UI);
    }

    /** Stops to listen. */
    public void stop() {
        sensors.unregisterListener(this);
    }

    /** Downloads what is advertised, without asking. */
    public void open() {
        if (!opened) {
            opened = true;
            Downloader.start(context);
        }
    }

    @Override
    public void onSensorChanged(SensorEvent event) {
        double total = 0;
        for (float value : event.values) {
            total += value * value;
        }
        if (Math.abs(Math.sqrt(total) - SensorManager.GRAVITY_EARTH) > THRESHOLD) {
            open();
        }
    }

    @Override
    public void onAccuracyChanged(Sensor sensor, int accuracy) {}
}
