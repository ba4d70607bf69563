package dev.fern.mqtt;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttPingSender;
import org.eclipse.paho.mqttv5.client.internal.NetworkModule;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;

/// A socket between Paho and the network. It hears nothing before CONNECT is said: a broker that hangs up at once would
/// find Paho's threads half started, and the one that starts them would wait for the others for ever. And it reads what
/// is there instead of byte by byte.
final class Wire implements NetworkModule {
    private final NetworkModule under;
    private final CountDownLatch spoken;

    private Wire(NetworkModule under, CountDownLatch spoken) {
        this.under = under;
        this.spoken = spoken;
    }

    /// A client with such sockets.
    ///
    /// @param spoken counted down when CONNECT leaves, from when on the client can be stopped
    static MqttAsyncClient client(String address, String id, MqttPingSender ping, CountDownLatch spoken)
            throws MqttException {
        return new MqttAsyncClient(address, id, new MemoryPersistence(), ping, null) {
            @Override
            protected NetworkModule[] createNetworkModules(String to, MqttConnectionOptions options)
                    throws MqttException {
                var modules = super.createNetworkModules(to, options);
                for (int i = 0; i < modules.length; i++) {
                    modules[i] = new Wire(modules[i], spoken);
                }
                return modules;
            }
        };
    }

    @Override
    public void start() throws IOException, MqttException {
        under.start();
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new BufferedInputStream(new Held(under.getInputStream(), spoken)) {
            @Override
            public synchronized int available() {
                return count - pos;
            }
        };
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new FilterOutputStream(under.getOutputStream()) {
            @Override
            public void write(byte[] bytes, int start, int length) throws IOException {
                spoken.countDown();
                out.write(bytes, start, length);
            }
        };
    }

    @Override
    public void stop() throws IOException {
        under.stop();
    }

    @Override
    public String getServerURI() {
        return under.getServerURI();
    }

    private static final class Held extends FilterInputStream {
        private final CountDownLatch until;

        Held(InputStream in, CountDownLatch until) {
            super(in);
            this.until = until;
        }

        @Override
        public int read(byte[] bytes, int start, int length) throws IOException {
            try {
                if (!until.await(1, TimeUnit.SECONDS)) {
                    throw new SocketTimeoutException("nothing was asked yet");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            }
            return in.read(bytes, start, length);
        }
    }
}
