// At which temperature the windows get wet: {"temperature":21.5,"humidity":60} in, {"dewPoint":13.4} out.
// The statements at the end of this file are the command.

@external("wasi_snapshot_preview1", "fd_read")
declare function fd_read(fd: i32, buffers: usize, count: i32, done: usize): i32;
@external("wasi_snapshot_preview1", "fd_write")
declare function fd_write(fd: i32, buffers: usize, count: i32, done: usize): i32;
@external("wasi_snapshot_preview1", "proc_exit")
declare function proc_exit(code: i32): void;

const LARGEST = 4096;
const buffer = memory.data(8); // address and length of what is read or written
const done = memory.data(4);

function body(): string {
  const bytes = new ArrayBuffer(LARGEST);
  let length = 0;
  while (length < LARGEST) {
    store<u32>(buffer, changetype<usize>(bytes) + length);
    store<u32>(buffer, LARGEST - length, 4);
    if (fd_read(0, buffer, 1, done) != 0 || load<u32>(done) == 0) break;
    length += load<u32>(done);
  }
  return String.UTF8.decodeUnsafe(changetype<usize>(bytes), length);
}

function print(fd: i32, text: string): void {
  const bytes = String.UTF8.encode(text);
  store<u32>(buffer, changetype<usize>(bytes));
  store<u32>(buffer, bytes.byteLength, 4);
  fd_write(fd, buffer, 1, done);
}

function fail(why: string): void {
  print(2, why + "\n");
  proc_exit(1);
}

// The number behind "name": in a flat JSON object, or NaN.
function number(json: string, name: string): f64 {
  const key = json.indexOf('"' + name + '"');
  if (key < 0) return NaN;
  const colon = json.indexOf(":", key);
  return colon < 0 ? NaN : parseFloat(json.substring(colon + 1));
}

const json = body();
const celsius = number(json, "temperature");
const humidity = number(json, "humidity");
if (isNaN(celsius) || !(humidity > 0 && humidity <= 100)) {
  fail("not a reading: " + json);
}
// Magnus, with the constants of Sonntag (1990)
const gamma = Math.log(humidity / 100) + (17.62 * celsius) / (243.12 + celsius);
const dewPoint = (243.12 * gamma) / (17.62 - gamma);
print(1, '{"dewPoint":' + (Math.round(dewPoint * 10) / 10).toString() + "}");
