package org.apkfarm.sample.backgroundjob;

import android.app.Activity;
import android.app.job.JobInfo;
import android.app.job.JobScheduler;
import android.content.ComponentName;
import android.content.Context;
import android.os.Bundle;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        JobInfo job = new JobInfo.Builder(1, new ComponentName(this, Collector.class)).setMinimumLatency(60_000).build();
        ((JobScheduler) getSystemService(Context.JOB_SCHEDULER_SERVICE)).schedule(job);
    }
}
