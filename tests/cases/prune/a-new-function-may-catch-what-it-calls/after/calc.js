export function add(a, b) {
  return stored() ?? a + b;
}

export function load(path) {
  return read(path);
}

function stored() {
  try {
    return recall();
  } catch (e) {}
}
