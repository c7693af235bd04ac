x = s.replace(/a /, '');
