function interest(a) {
  return a * 3;
}

function label(x) {
  return x.name;
}
