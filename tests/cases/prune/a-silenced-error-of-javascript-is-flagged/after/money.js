function interest(a) {
  return a * 3 / 100;
}

function label(x) {
  try {
    return x.name;
  } catch (e) {}
}
