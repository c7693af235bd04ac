import 'b';
import 'a';
f();
