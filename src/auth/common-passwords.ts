/**
 * Passwords that are tried first by whoever guesses: the best known ones of published lists that are long enough to be
 * allowed at all, in lower case. A short list on purpose: it keeps out what falls in the first minutes; throttling has
 * to hold off the rest.
 */

const WORDS = `
  00000000 000000000 0000000000 01234567 012345678 0123456789 0987654321 09876543210 10101010 11111111 111111111
  1111111111 111222333 11112222 11223344 1122334455 112233445566 12121212 12131415 123123123 123123123123 1231231234
  12341234 123412345 12344321 1234512345 12345678 123456781 1234567812345678 12345678900 1234567890 123456789 1234567891
  12345678910 123456789012 1234567890123 123456789a 123456789abc 123456789z 123456789q 1234567890a 1234567890q
  1234554321 12345qwert 12345qwerty 123456aa 123456ab 123456abc 123456abcd 123456qw 123456qwe 123456qwer 123456qwerty
  123456a@ 1234567a 12345678a 12345678q 1234567q 1234567890- 1234qwer 1234abcd 1234asdf 1234rewq 123456as 123456zx
  123654789 123698745 12369874 123789456 123abc123 123qwe123 123qweasd 123qweasdzxc 123qwe!@# 123321123 12qwaszx 13131313
  131313131 13243546 135792468 1357924680 13579246810 14141414 142536475869 147147147 147258369 1472583690 147852369
  159159159 159357456 159753456 1597532486 159753852 15975346 1a2b3c4d 1a2b3c4d5e 1a2s3d4f 1g2w3e4r 1passwor 1password
  1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qa2ws3ed 1qaz2wsx 1qaz2wsx3edc 1qaz1qaz 1qazxsw2 1qaz@wsx 1qazzaq1 1234567890qwertyuiop
  20202020 21212121 22222222 222222222 2222222222 22446688 23232323 24681012 2468101214 24682468 25252525 25802580
  258258258 31415926 314159265 3141592654 321321321 32132132 321654987 33333333 333333333 369258147 36925814 369369369
  44444444 456456456 456789123 45454545 54321543 55555555 555555555 5555555555 55667788 56565656 654321654 65432100
  66666666 666666666 6666666666 741852963 7418529630 74108520 753951852 75395146 77777777 777777777 7777777777 78787878
  789456123 7894561230 789789789 78945612 852456852 852963741 85208520 87654321 876543210 88888888 888888888 8888888888
  963852741 96385274 987456321 98765432 987654321 9876543210 987987987 98769876 99999999 999999999 9999999999 a1234567
  a12345678 a123456789 a1b2c3d4 a1b2c3d4e5 a1s2d3f4 aa123456 aa123456789 aa12345678 aaaaaaaa aaaaaaaaa aaaaaaaaaa aaaa1111
  abc123456 abc1234567 abc12345 abc123abc abc123def abcabcabc abcd1234 abcd12345 abcd123456 abcdabcd abcdefgh abcdefghi
  abcdefghij abcdefg1 abcdefg123 abcdef123 aabbccdd access14 account1 administrator admin123 admin1234 admin12345
  admin123456 admin@123 admin@1234 admin2020 admin2021 admin2022 admin2023 admin2024 admin2025 admin2026 adminadmin
  adminpass adminpassword admin123! admin1admin adm1nistrator administrador alexander alexandra alexander1 amsterdam
  andromeda angel123 angelina anthony1 apple123 arsenal1 asd123456 asdasdasd asdasd123 asdf1234 asdfasdf asdfasdfasdf
  asdfghjk asdfghjkl asdfghjkl1 asdfghjkl123 asdfqwer asdfzxcv asdqwe123 asdzxc123 ashley123 asshole1 atlanta1 azerty123
  azertyui azertyuiop babygirl babygirl1 babyboy1 backspace badminton barcelona barcelona1 baseball baseball1 baseball123
  basketball basketball1 batman123 beautiful beautiful1 beckham7 benjamin berthadmin berthberth berth123 berth1234 bigdaddy
  birthday blahblah blessed1 blink182 bluebird blueberry bonjour1 bonnie12 bollocks brandon1 bubbles1 buddy123 bulldogs
  business butterfly butterfly1 c0mputer california calimero cambiami caramelo carolina catherine changeit changeme
  changeme! changeme1 changeme12 changeme123 changemenow change123 changethis charles1 charlie1 charlie123 charlotte
  cheese123 chelsea1 chelsea123 chicago1 chicken1 children chocolate chocolate1 christian christina christine christmas
  christop cinderella clifford cocacola coffee123 colorado columbia compaq123 computer computer1 computer123 concrete
  consumer container corvette courtney cowboys1 creative cristian cristina crystal1 daddy123 dallas123 daniel123 danielle
  danny123 database december default1 default123 defaultpassword demo1234 demodemo destiny1 developer devdevdev devops123
  diamond1 dinosaur discovery dodgers1 dolphin1 dolphins dontknow dragon12 dragon123 dragonball drowssap docker123
  docker1234 dockerdocker dockerhub dockerpass eagles123 einstein elephant elizabeth elizabeth1 eminem123 emmanuel
  england1 enter123 enterprise everton1 evolution facebook facebook1 fernando fingers1 firebird firefighter fireball
  fishing1 florida1 flower123 football football1 football12 football123 footbal1 forever1 forever21 formula1 fordf150
  franklin freedom1 freedom123 friday13 friends1 friendship fuckfuck fuckoff1 fuckyou1 fuckyou123 fuckyou2 fuckyou! gabriel1
  gabriela gandalf1 garfield gateway1 georgina geronimo gfhjkmgfhjkm ghbdtnbr giants123 gibson12 giovanni godzilla
  goldfish goodluck google123 gordon24 grandma1 greenday guest123 guestguest guitar123 hahahaha hannah123 happy123
  happyday hardcore harley123 harrypotter heather1 hello123 hello1234 hello12345 hellohello helloworld hello123! hercules
  highland hockey123 homepage hollywood hometown honda123 hotdog123 hotmail1 hottie123 house123 hunter12 hunter123
  iloveyou iloveyou1 iloveyou12 iloveyou123 iloveyou2 iloveyou! iloveu123 iloveme1 iloveme2 iloveher ilovehim ilovemom
  immortal imperial infinity inter1908 internet internet1 internet123 ironman1 isabella isabelle jackson1 jackson5
  jakarta1 january1 jasmine1 jasper123 jennifer jennifer1 jeremiah jessica1 jessica123 jesus123 jesus777 jesuschrist
  john1234 johnjohn jonathan jonathan1 jordan123 jordan23 joseph123 joshua123 juliette juventus justin123 justinbieber
  k1234567 katherine kathleen kawasaki kimberly kingkong kristina kristine kubernetes kubernetes1 lakers24 lasvegas
  lauren123 leonardo letmein! letmein1 letmein12 letmein123 letmein2 letmeinnow liberty1 lineage2 linkedin linkinpark
  liverpoo liverpool liverpool1 login123 login1234 loginlogin london123 london12 lorraine loveforever lovelove loveme123
  lovely123 loverboy loveyou1 loveyou123 lollipop madonna1 madison1 magic123 manchester manchester1 manager1 manager123
  mariposa marlboro marshall martin123 martinez master12 master123 masterkey matthew1 matthew123 maverick maxwell1
  mercedes mercury1 merlin123 metallic metallica michael1 michael123 michaela micheal1 michelle michelle1 microsoft
  midnight miller123 million1 minecraft minecraft1 mission1 mistress mollydog monday123 money123 monica12 monkey12
  monkey123 monkey1234 monster1 monster123 montreal moonlight morgan123 motorola mountain mustang1 mustang123 myspace1
  mylove123 mynoob123 mypassword mypassword1 mypass123 my_password nathan123 national natalie1 newcastle newpass1
  newpassword newyork1 nicholas nicholas1 nicole123 nicolas1 nintendo nirvana1 nokia123 nothing1 november nothing123
  november1 newuser1 nopassword october1 official oksana123 olivia123 operator operator1 oracle123 orange123 overlord
  p0ssw0rd p4ssw0rd p4ssword p@$$w0rd p@55w0rd p@ssw0rd p@ssw0rd! p@ssw0rd1 p@ssw0rd12 p@ssw0rd123 p@ssword p@ssword1
  p@ssword123 pa$$w0rd pa$$word pa55w0rd pa55word pass1234 pass12345 pass123456 pass@123 pass@1234 pass@word1 passpass
  passport passw0rd passw0rd! passw0rd1 passw0rd123 passwd12 passwd123 passwerd password password! password!1 password0
  password00 password01 password02 password1 password1! password10 password11 password12 password12! password123
  password123! password1234 password12345 password123456 password13 password2 password2020 password2021 password2022
  password2023 password2024 password2025 password2026 password21 password22 password23 password3 password4 password5
  password6 password69 password7 password77 password8 password9 password99 password@1 password@123 password_1
  passwordpassword passphrase passw@rd patricia patrick1 peaches1 peanut123 pearljam penelope pepper123 perfect1
  phoenix1 picture1 pikachu1 pineapple playboy1 player123 pokemon1 pokemon123 polarbear police123 popcorn1 porsche1
  porsche911 postgres postgres1 postgres123 precious princess princess1 princess12 princess123 private1 professor
  properties protected prettygirl puertorico q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 qazqazqaz qazwsx12 qazwsx123 qazwsxed
  qazwsxedc qazwsxedc1 qazwsxedc123 qazxsw21 qazxswedc qq123456 qq123456789 qq12345678 qqqqqqqq qwaszx12 qwaszxqw qwe123456
  qwe123qwe qweasd12 qweasd123 qweasdzx qweasdzxc qweasdzxc1 qweasdzxc123 qweqweqwe qwer1234 qwer12345 qwer4321 qwerasdf
  qwerqwer qwert123 qwert1234 qwert12345 qwerty01 qwerty11 qwerty12 qwerty123 qwerty1234 qwerty12345 qwerty123456
  qwerty123! qwerty21 qwerty22 qwerty321 qwerty789 qwerty77 qwerty99 qwertyqwerty qwertyu1 qwertyui qwertyuio qwertyuiop
  qwertyuiop1 qwertyuiop123 qwertyuiop[] qwertz123 qwertzui qwertzuiop qwerty!@# rachel123 rainbow1 raiders1 ranger123
  rangers1 rebecca1 redskins registry registry1 registry123 remember richard1 robert123 rockstar rockstar1 rockyou1
  ronaldo7 ronaldo1 root1234 rootroot rootpass rootpassword root123456 rush2112 russell1 s3cr3t123 samantha samantha1
  samsung1 samsung123 samuel123 santiago sandra123 saturday savannah scarface scooby12 scooter1 scorpion secret12
  secret123 secret1234 secretpassword secretsecret security security1 september september1 serenity service1 service123
  services shadow12 shadow123 shannon1 shopping sigmachi simple123 simpsons skywalker slipknot slipknot1 smashing smokey123
  snickers snowball snowflake soccer10 soccer12 soccer123 softball sophie123 southside spiderma spiderman spiderman1
  spitfire spongebob spongebob1 standard stanley1 starcraft startrek startrek1 starwars starwars1 starwars123 stargate
  steelers steelers1 stephanie strawberry startrek123 student1 student123 success1 summer01 summer12 summer123 summer2020
  summer2021 summer2022 summer2023 summer2024 summer2025 summer2026 winter2020 winter2021 winter2022 winter2023 winter2024
  winter2025 winter2026 spring2024 spring2025 spring2026 autumn2024 autumn2025 autumn2026 sunflower sunshine sunshine1
  sunshine12 sunshine123 superman superman1 superman123 supernatural superstar superuser supervisor support1 support123
  supersecret sweetheart sweetie1 sweetpea swordfish sysadmin sysadmin1 system123 t1234567 taylor123 teamo123 telephone
  temp1234 temporary temptemp temppass temppassword tequiero terminator test1234 test12345 test123456 test123! testing1
  testing12 testing123 testpass testpass1 testpassword testtest testuser testuser1 theking1 thunder1 thunderb thursday
  tiffany1 tiger123 tigger123 tinkerbell tinkerbell1 titanic1 toor1234 tomorrow toshiba1 tottenham toyota123 trfnthbyf
  trinity1 triumph1 trouble1 truelove trustno1 trustno1! trustnoone tuesday1 undertaker universal university usuario1
  unknown1 user1234 user12345 useruser username username1 vacation valentina vanessa1 vancouver veronica vfhbyjxrf
  victoria victoria1 victory1 vladimir wachtwoord wachtwoord1 warcraft wednesday welcome! welcome01 welcome1 welcome1!
  welcome12 welcome123 welcome123! welcome1234 welcome2 welcome2024 welcome2025 welcome2026 welcome@123 welcomehome
  whatever whatever1 whocares wildcats williams willow123 windows1 windows10 winner123 winston1 wolfgang wolverine woodland
  wordpass wrestling wrestling1 writer12 www12345 xbox3600 xxxxxxxx yamaha123 yankees1 yankees2 yellow123 yourmom1
  yourpassword youtube1 yugioh123 yuiophjkl z1x2c3v4 zaq12wsx zaq1zaq1 zaq1xsw2 zaqwsxcde zaqzaq123 zeppelin zinedine
  zombie123 zxasqw12 zxc123456 zxcasdqwe zxcv1234 zxcvasdf zxcvbnm1 zxcvbnm12 zxcvbnm123 zxcvbnm, zxcvbnm,./ zxcvzxcv
  zzzzzzzz zxczxczxc correcthorsebatterystaple`;

const COMMON: ReadonlySet<string> = new Set(WORDS.trim().split(/\s+/));

/** In any mixture of capitals and small letters. */
export function isCommonPassword(password: string): boolean {
  return COMMON.has(password.toLowerCase());
}
