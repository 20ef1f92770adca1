package org.apkfarm.sample.backgroundjob;

import android.app.job.JobParameters;
import android.app.job.JobService;
import org.apkfarm.sample.kit.Ids;

/** Reads when the system runs the job. */
public final class Collector extends JobService {
    @Override
    public boolean onStartJob(JobParameters parameters) {
        Ids.androidId(this);
        return false;
    }

    @Override
    public boolean onStopJob(JobParameters parameters) {
        return true;
    }
}
