function helper(x) {
  return x * 2;
}

exports.name = 'help';
exports.helper = helper;
