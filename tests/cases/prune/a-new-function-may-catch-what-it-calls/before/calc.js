export function add(a, b) {
  return a - b;
}

export function load(path) {
  return read(path);
}
