package org.apkfarm.sample.leaktextfield;

import android.app.Activity;
import android.os.Bundle;
import android.text.InputType;
import android.util.Log;
import android.widget.EditText;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        EditText name = new EditText(this);
        EditText password = new EditText(this);
        password.setInputType(InputType.TYPE_CLASS_TEXT | InputType.TYPE_TEXT_VARIATION_PASSWORD);
        new Page(this)
                .text("意见反馈")
                .view(name)
                .view(password)
                .button("提交", () -> Log.i("sample", name.getText() + " " + password.getText()));
    }
}
