x = s.replace(/a/, '');
