package org.apkfarm.sample.selfstart;

import android.app.job.JobInfo;
import android.app.job.JobParameters;
import android.app.job.JobScheduler;
import android.app.job.JobService;
import android.content.ComponentName;
import android.content.Context;
import android.content.Intent;

/** A job that survives reboots and starts the service every quarter of an hour. */
public final class WakeJob extends JobService {
    private static final int JOB = 1;
    private static final long PERIOD_MILLISECONDS = 15 * 60_000;

    static void schedule(Context context) {
        JobInfo job = new JobInfo.Builder(JOB, new ComponentName(context, WakeJob.class))
                .setPeriodic(PERIOD_MILLISECONDS)
                .setPersisted(true)
                .build();
        ((JobScheduler) context.getSystemService(Context.JOB_SCHEDULER_SERVICE)).schedule(job);
    }

    @Override
    public boolean onStartJob(JobParameters parameters) {
        startService(new Intent(this, KeepAliveService.class));
        return false;
    }

    @Override
    public boolean onStopJob(JobParameters parameters) {
        return true;
    }
}
