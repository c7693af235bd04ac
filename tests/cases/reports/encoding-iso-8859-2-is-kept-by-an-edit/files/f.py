# Za¿ó³æ gê¶l± ja¼ñ
x = 'gê¶'
x = 1
