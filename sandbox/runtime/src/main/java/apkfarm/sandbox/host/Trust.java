package apkfarm.sandbox.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.KeyStoreSpi;
import java.security.Provider;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collections;
import java.util.Date;
import java.util.Enumeration;

/** Makes the sinkhole's certificate authority the only one that this JVM trusts, by each way in which apps ask for it. */
final class Trust {
  private static final char[] PASSWORD = "apkfarm".toCharArray(); // Of a file with one public certificate.
  private static final String ALIAS = "system:sinkhole.0"; // Android's own aliases look like this.
  /** The JDK's own TLS, and with it its own elliptic curves: it does not start over Conscrypt's. */
  private static final String PREFERRED =
      "SSLContext.TLS:SunJSSE, SSLContext.SSL:SunJSSE, SSLContext.TLSv1:SunJSSE, SSLContext.TLSv1.1:SunJSSE, "
          + "SSLContext.TLSv1.2:SunJSSE, SSLContext.TLSv1.3:SunJSSE, SSLContext.Default:SunJSSE, "
          + "AlgorithmParameters.EC:SunEC, KeyFactory.EC:SunEC, KeyPairGenerator.EC:SunEC, KeyAgreement.ECDH:SunEC";

  private static volatile Certificate authority;

  private Trust() {}

  /** Reads the certificate and sets the JVM's defaults. */
  static void install(Path pem) throws IOException, GeneralSecurityException {
    // Old clients take their trust manager out of the fields of the default factory; they know those of the JDK's own
    // provider, which Robolectric would put behind Conscrypt. They also speak versions of TLS that the JDK refuses.
    // The JDK reads these when it first needs a provider: they come before everything else here.
    Security.setProperty("jdk.security.provider.preferred", PREFERRED);
    Security.setProperty("jdk.tls.disabledAlgorithms", "SSLv3, NULL, anon");
    try (InputStream in = Files.newInputStream(pem)) {
      authority = CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry(ALIAS, authority);
    Path file = Files.createTempFile("trust", ".p12");
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, PASSWORD);
    }
    System.setProperty("javax.net.ssl.trustStore", file.toString());
    System.setProperty("javax.net.ssl.trustStorePassword", new String(PASSWORD));
    System.setProperty("javax.net.ssl.trustStoreType", "PKCS12");
    Security.addProvider(new AndroidStores());
  }

  /** Answers {@code KeyStore.getInstance("AndroidCAStore")}, as Android does. */
  public static final class AndroidStores extends Provider {
    private static final long serialVersionUID = 1;

    AndroidStores() {
      super("HarmonyJSSE", "1.0", "Certificates that the phone trusts");
      put("KeyStore.AndroidCAStore", Authorities.class.getName());
    }
  }

  /** The phone's list of trusted authorities: one entry that nobody can change. */
  public static final class Authorities extends KeyStoreSpi {
    private static final Date MADE = new Date(1_767_225_600_000L);

    @Override
    public Key engineGetKey(String alias, char[] password) {
      return null;
    }

    @Override
    public Certificate[] engineGetCertificateChain(String alias) {
      return null;
    }

    @Override
    public Certificate engineGetCertificate(String alias) {
      return engineContainsAlias(alias) ? authority : null;
    }

    @Override
    public Date engineGetCreationDate(String alias) {
      return engineContainsAlias(alias) ? MADE : null;
    }

    @Override
    public void engineSetKeyEntry(String alias, Key key, char[] password, Certificate[] chain)
        throws KeyStoreException {
      throw new KeyStoreException("read-only");
    }

    @Override
    public void engineSetKeyEntry(String alias, byte[] key, Certificate[] chain) throws KeyStoreException {
      throw new KeyStoreException("read-only");
    }

    @Override
    public void engineSetCertificateEntry(String alias, Certificate certificate) throws KeyStoreException {
      throw new KeyStoreException("read-only");
    }

    @Override
    public void engineDeleteEntry(String alias) throws KeyStoreException {
      throw new KeyStoreException("read-only");
    }

    @Override
    public Enumeration<String> engineAliases() {
      return Collections.enumeration(Collections.singleton(ALIAS));
    }

    @Override
    public boolean engineContainsAlias(String alias) {
      return ALIAS.equals(alias);
    }

    @Override
    public int engineSize() {
      return 1;
    }

    @Override
    public boolean engineIsKeyEntry(String alias) {
      return false;
    }

    @Override
    public boolean engineIsCertificateEntry(String alias) {
      return engineContainsAlias(alias);
    }

    @Override
    public String engineGetCertificateAlias(Certificate certificate) {
      return certificate.equals(authority) ? ALIAS : null;
    }

    @Override
    public void engineStore(OutputStream out, char[] password) throws IOException {
      throw new IOException("read-only");
    }

    @Override
    public void engineLoad(InputStream in, char[] password) {
      // There is nothing to read: what is trusted is known.
    }
  }
}
