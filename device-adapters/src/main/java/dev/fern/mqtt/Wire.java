package dev.fern.mqtt;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
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
    /// Receiver, sender, callback, and one that connects or disconnects.
    private static final int THREADS_MOST = 4;

    private final NetworkModule under;
    private final CountDownLatch spoken;
    private final Set<Integer> repeated;

    private Wire(NetworkModule under, CountDownLatch spoken, Set<Integer> repeated) {
        this.under = under;
        this.spoken = spoken;
        this.repeated = repeated;
    }

    /// A client with such sockets.
    ///
    /// @param spoken counted down when CONNECT leaves, from when on the client can be stopped
    /// @param repeated gets the ids of messages that came with the flag DUP
    static MqttAsyncClient client(
            String address, String id, MqttPingSender ping, CountDownLatch spoken, Set<Integer> repeated)
            throws MqttException {
        return new MqttAsyncClient(address, id, new MemoryPersistence(), ping, threads()) {
            @Override
            protected NetworkModule[] createNetworkModules(String to, MqttConnectionOptions options)
                    throws MqttException {
                var modules = super.createNetworkModules(to, options);
                for (int i = 0; i < modules.length; i++) {
                    modules[i] = new Wire(modules[i], spoken, repeated);
                }
                return modules;
            }
        };
    }

    /// Threads that Paho interrupts when it stops them. Those it makes itself it only notifies, once: a sender that is
    /// about to wait just then waits for ever.
    private static ScheduledExecutorService threads() {
        var threads = new ScheduledThreadPoolExecutor(
                THREADS_MOST, Thread.ofPlatform().name("fern-paho").daemon(true).factory());
        threads.setKeepAliveTime(1, TimeUnit.SECONDS);
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    @Override
    public void start() throws IOException, MqttException {
        under.start();
    }

    @Override
    public InputStream getInputStream() throws IOException {
        var buffered = new BufferedInputStream(new Held(under.getInputStream(), spoken)) {
            @Override
            public synchronized int available() {
                return count - pos;
            }
        };
        return new DuplicateFlags(buffered, repeated);
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
