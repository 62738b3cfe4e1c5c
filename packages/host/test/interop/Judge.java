import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateRevokedException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.PKIXRevocationChecker.Option;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Judges certificates by Java's PKIX algorithm with revocation on; one line for each:
 *
 *   java Judge ROOT.pem MODE CERTIFICATE.pem [INTERMEDIATE.pem] [-- MODE ...]
 *
 * MODE is ocsp (all of the path), crl (all of the path; lists from the certificates), or leaf-ocsp. With
 * an intermediate CertPathValidator judges; without one CertPathBuilder, which fetches it from caIssuers.
 * The line goes on: GOOD and the length of the path, REVOKED and the reason, UNDETERMINED, or FAILED and
 * what Java says.
 */
public final class Judge {
  private final X509Certificate root;
  private final CertificateFactory factory = CertificateFactory.getInstance("X.509");

  private Judge(Path root) throws Exception {
    this.root = load(root);
  }

  public static void main(String[] arguments) throws Exception {
    Judge judge = new Judge(Path.of(arguments[0]));
    List<String> words = new ArrayList<>();
    for (int index = 1; index <= arguments.length; index += 1) {
      if (index < arguments.length && !arguments[index].equals("--")) {
        words.add(arguments[index]);
        continue;
      }
      System.out.println(String.join(" ", words) + ": " + judge.judge(words));
      words.clear();
    }
  }

  private String judge(List<String> words) throws Exception {
    Set<Option> options = optionsOf(words.get(0));
    X509Certificate leaf = load(Path.of(words.get(1)));
    try {
      return words.size() > 2 ? validate(options, List.of(leaf, load(Path.of(words.get(2))))) : build(options, leaf);
    } catch (CertPathBuilderException | CertPathValidatorException error) {
      return explain(error);
    }
  }

  private String validate(Set<Option> options, List<X509Certificate> path) throws Exception {
    CertPathValidator validator = CertPathValidator.getInstance("PKIX");
    PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
    PKIXRevocationChecker checker = (PKIXRevocationChecker) validator.getRevocationChecker();
    checker.setOptions(options);
    parameters.addCertPathChecker(checker);
    validator.validate(factory.generateCertPath(path), parameters);
    return "GOOD " + path.size();
  }

  /** Without an intermediate: Java fetches it from caIssuers. */
  private String build(Set<Option> options, X509Certificate leaf) throws Exception {
    CertPathBuilder builder = CertPathBuilder.getInstance("PKIX");
    X509CertSelector target = new X509CertSelector();
    target.setCertificate(leaf);
    PKIXBuilderParameters parameters = new PKIXBuilderParameters(Set.of(new TrustAnchor(root, null)), target);
    parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(List.of(leaf))));
    PKIXRevocationChecker checker = (PKIXRevocationChecker) builder.getRevocationChecker();
    checker.setOptions(options);
    parameters.addCertPathChecker(checker);
    PKIXCertPathBuilderResult result = (PKIXCertPathBuilderResult) builder.build(parameters);
    return "GOOD " + result.getCertPath().getCertificates().size();
  }

  private static Set<Option> optionsOf(String mode) {
    return switch (mode) {
      case "ocsp" -> EnumSet.of(Option.NO_FALLBACK);
      case "leaf-ocsp" -> EnumSet.of(Option.NO_FALLBACK, Option.ONLY_END_ENTITY);
      case "crl" -> EnumSet.of(Option.PREFER_CRLS, Option.NO_FALLBACK);
      default -> throw new IllegalArgumentException(mode);
    };
  }

  private static String explain(Throwable error) {
    String found = "FAILED " + error.getMessage();
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateRevokedException revoked) {
        return "REVOKED " + revoked.getRevocationReason();
      }
      if (cause instanceof CertPathValidatorException invalid) {
        boolean isOpen = invalid.getReason() == BasicReason.UNDETERMINED_REVOCATION_STATUS;
        found = (isOpen ? "UNDETERMINED " : "FAILED ") + invalid.getMessage();
      }
    }
    return found;
  }

  private X509Certificate load(Path path) throws Exception {
    try (InputStream input = Files.newInputStream(path)) {
      return (X509Certificate) factory.generateCertificate(input);
    }
  }
}
