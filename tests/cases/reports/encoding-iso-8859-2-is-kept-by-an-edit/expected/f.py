# Za¿ó³æ gê¶l± ja¼ñ
x = 'ja¼ñ'
x = 1
