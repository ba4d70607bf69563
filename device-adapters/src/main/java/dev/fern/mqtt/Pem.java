package dev.fern.mqtt;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Pattern;

/// Private keys as OpenSSL writes them (RFC 7468): PKCS#8, or the older forms for RSA (PKCS#1) and EC (SEC 1).
final class Pem {
    private static final Pattern KEY = Pattern.compile("-----BEGIN ([A-Z ]*)PRIVATE KEY-----([^-]*)-----END");
    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;

    private Pem() {}

    /// @param owner the public key of the certificate, which says what kind of key it is
    static PrivateKey privateKey(String text, PublicKey owner) throws GeneralSecurityException {
        var block = KEY.matcher(text);
        if (!block.find()) {
            throw new InvalidKeySpecException("there is no private key in PEM");
        }
        var form = block.group(1).trim();
        if (form.equals("ENCRYPTED") || block.group(2).contains("ENCRYPTED")) {
            throw new InvalidKeySpecException(
                    "the key has a passphrase; take it off with: openssl pkey -in KEY -out NEW");
        }
        var der = Base64.getMimeDecoder().decode(block.group(2).getBytes(StandardCharsets.US_ASCII));
        var pkcs8 = form.isEmpty() ? der : wrapped(der, owner);
        return KeyFactory.getInstance(owner.getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    }

    /// PKCS#8 (RFC 5208, section 5) is `{0, algorithm, key}`; the algorithm is the same as in the public key (RFC 5280,
    /// section 4.1.2.7), which is `{algorithm, key}`.
    private static byte[] wrapped(byte[] key, PublicKey owner) {
        var spki = owner.getEncoded();
        int start = headerLength(spki, 0);
        int end = start + headerLength(spki, start) + length(spki, start);
        var out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {2, 1, 0});
        out.writeBytes(Arrays.copyOfRange(spki, start, end));
        out.writeBytes(value(OCTETS, key));
        return value(SEQUENCE, out.toByteArray());
    }

    private static byte[] value(int tag, byte[] content) {
        var out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else {
            out.write(0x82);
            out.write(content.length >>> 8);
            out.write(content.length);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static int headerLength(byte[] der, int at) {
        int first = der[at + 1] & 0xFF;
        return first < 0x80 ? 2 : 2 + (first & 0x7F);
    }

    private static int length(byte[] der, int at) {
        int first = der[at + 1] & 0xFF;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < (first & 0x7F); i++) {
            length = length << 8 | der[at + 2 + i] & 0xFF;
        }
        return length;
    }
}
