"""What the court would say in the fake views, in the three languages: enough to see every page full of words."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str, str]] = {
    "investigating_judge": ("Тергеу судьясы", "Следственный судья", "Investigating judge"),
    "court_secretary": ("Сот отырысының хатшысы", "Секретарь судебного заседания", "Court secretary"),
    "prosecutor": ("Прокурор", "Прокурор", "Prosecutor"),
    "suspect": ("Күдікті", "Подозреваемый", "Suspect"),
    "defence_counsel": ("Қорғаушы", "Защитник", "Defence counsel"),
    "interpreter": ("Аудармашы", "Переводчик", "Interpreter"),
    "witness": ("Куә", "Свидетель", "Witness"),
    "observer": ("Тыңдаушы", "Слушатель", "Observer"),
    "kind": ("Санкциялау", "Санкционирование", "Sanction"),
    "detention_limit": ("Ұстап алу мерзімінің бітуіне", "До конца срока задержания", "Detention limit"),
    "heard_within": ("Өтінішхатты қарауға қалды", "На рассмотрение ходатайства", "Time to hear the motion"),
    "composition": ("Отырысты ашу", "Открытие заседания", "Opening"),
    "motion_announced": ("Өтінішхатты жариялау", "Оглашение ходатайства", "The motion is announced"),
    "rights_explained": ("Құқықтарды түсіндіру", "Разъяснение прав", "Rights are explained"),
    "prosecutor_heard": ("Прокурорды тыңдау", "Выслушать прокурора", "The prosecutor is heard"),
    "suspect_heard": ("Күдіктіні тыңдау", "Выслушать подозреваемого", "The suspect is heard"),
    "counsel_heard": ("Қорғаушыны тыңдау", "Выслушать защитника", "Counsel is heard"),
    "retire": ("Кеңесу бөлмесіне кету", "Удаление в совещательную комнату", "Retire to deliberate"),
    "announce_decision": ("Қаулыны жариялау", "Оглашение постановления", "The ruling is announced"),
    "line": (
        "«Күдікті, өтінішхатқа қатысты сөз сізге беріледі».",
        "«Подозреваемый, слово по ходатайству предоставляется вам».",
        "“The suspect now has the floor on the motion.”",
    ),
    "next": ("Келесі қадам: күдіктіге сөз беру", "Далее: слово подозреваемому", "Next: the suspect has the floor"),
    "no_interpretation": ("Аудармасыз", "Без перевода", "No interpretation"),
    "choose_channel": ("Аударма арнасын таңдау", "Выбрать канал перевода", "Choose the interpretation channel"),
    "into_floor": ("Баршаға дауыстап", "Вслух для всех", "Aloud, for everyone"),
    "into_kk": ("Қазақ тіліне", "На казахский", "Into Kazakh"),
    "into_ru": ("Орыс тіліне", "На русский", "Into Russian"),
    "into_en": ("Ағылшын тіліне", "На английский", "Into English"),
    "begin_recess": ("Үзіліс", "Перерыв", "Recess"),
    "end_recess": ("Отырысты жалғастыру", "Продолжить заседание", "Continue the hearing"),
    "begin_private_talk": ("Оңаша сөйлесу", "Беседа наедине", "Private talk"),
    "end_private_talk": ("Оңаша әңгімені аяқтау", "Завершить беседу", "End the private talk"),
    "mute_all": ("Бәрінің дыбысын өшіру", "Выключить звук у всех", "Mute all"),
    "close_part": ("Жабық бөлікке өту", "Закрыть часть заседания", "Close a part"),
    "name_court_camera": ("Сот камерасын таңдау", "Выбрать камеру суда", "Choose the court camera"),
    "allege_torture": ("Азаптау туралы арыз", "Заявление о пытках", "Allegation of torture"),
    "announce_opening": ("Отырысты ашу", "Открыть заседание", "Open the hearing"),
    "start_recording": ("Жазбаны дайындау", "Подготовить запись", "Prepare the recording"),
    "admit": ("Залға қосу", "Допустить", "Admit"),
    "send_back": ("Қайтару", "Вернуть", "Send back"),
    "confirm_identity": ("Жеке басын растау", "Подтвердить личность", "Confirm identity"),
    "begin_talk": ("Сөйлесу", "Поговорить", "Talk"),
    "end_talk": ("Әңгімені аяқтау", "Закончить разговор", "End the talk"),
    "mute": ("Дыбысын өшіру", "Выключить звук", "Mute"),
    "override_link": ("Байланысқа рұқсат беру", "Разрешить слабую связь", "Allow the weak link"),
    "acknowledge_rules": ("Ережемен таныстым", "Ознакомлен", "I have read the rules"),
    "report_devices": ("Құрылғылар", "Устройства", "Devices"),
    "ask_help": ("Хатшыны шақыру", "Вызвать секретаря", "Call the secretary"),
    "ask_private_talk": (
        "Мен адвокатпен сөйлескім келеді",
        "Я хочу поговорить с адвокатом",
        "I want to talk with my lawyer",
    ),
    "raise_hand": ("Қол көтеру", "Поднять руку", "Raise hand"),
    "show_oath": ("Антты көрсету", "Показать клятву", "Show the oath"),
    "accept_oath": ("Қабылдау", "Принять", "Accept"),
    "repeat_oath": ("Қайталау", "Повторить", "Repeat"),
    "refuse_oath": ("Бас тартты деп белгілеу", "Отметить отказ", "Record a refusal"),
    "resume_after_loss": ("Отырысты жалғастыру", "Продолжить заседание", "Continue the hearing"),
    "repair_gap": ("Үзілген жерді қайталау", "Повторить пропущенное", "Repeat what was missed"),
    "decide": ("Шешімді жазу: санкциялау", "Записать решение: санкционировать", "Write the decision: sanction"),
    "return_from_deliberation": ("Залға оралу", "Вернуться в зал", "Return to the courtroom"),
    "close_hearing": ("Отырысты жабу", "Закрыть заседание", "Close the hearing"),
    "close_confirm": (
        "Отырыс біржола жабылады. Оны қайта ашуға болмайды.",
        "Заседание закроется навсегда. Открыть его снова нельзя.",
        "The hearing will be closed for ever. It cannot be opened again.",
    ),
    "no_quorum": ("қорғаушы қосылмаған", "защитник не подключён", "defence counsel is not connected"),
    "why_link": ("Байланыс 1,0 Мбит/с-тен төмен", "Связь ниже 1,0 Мбит/с", "The link is below 1.0 Mbit/s"),
    "why_quorum": (
        "Кворум жоқ: қорғаушы қосылмаған",
        "Нет кворума: защитник не подключён",
        "No quorum: defence counsel is not connected",
    ),
    "reason": ("Себебі", "Причина", "Reason"),
    "reasons": ("Шешімнің негіздері", "Основания решения", "Reasons for the decision"),
    "days": ("Мерзімі, күн", "Срок, дней", "Term, days"),
    "bail": ("Кепіл сомасы", "Сумма залога", "Bail"),
    "bail_exception": ("Кепіл белгіленбейтін жағдай", "Основание не назначать залог", "Why there is no bail"),
    "grave": ("аса ауыр қылмыс", "особо тяжкое преступление", "especially grave crime"),
    "flight": ("жасырынған", "скрылся", "absconded"),
    "caption": (
        "…сондықтан күдіктіге екі ай мерзімге күзетпен ұстау түріндегі бұлтартпау шарасын санкциялауды сұраймын.",
        "…поэтому прошу санкционировать в отношении подозреваемого меру пресечения в виде содержания под стражей.",
        "…I therefore ask the court to sanction custody of the suspect for two months.",
    ),
    "disk": ("дискіде орын қалмады", "на диске нет места", "the disk is full"),
    "sanction": ("Санкцияланды: екі ай", "Санкционировано: два месяца", "Sanctioned: two months"),
}
RUSSIAN_OATH = (
    "Я клянусь суду рассказать все известное мне по делу, говорить только правду, всю правду и ничего, кроме правды"
)
OATH = {
    "kk": "Мен сотқа іс бойынша өзіме белгілінің бәрін айтып беруге, тек қана шындықты, бүкіл шындықты айтуға және "
    "шындықтан басқа ештеңе айтпауға ант етемін",
    "ru": RUSSIAN_OATH,
    "en": RUSSIAN_OATH,
}
LANGUAGES = ("kk", "ru", "en")


def say(language: str, key: str) -> str:
    return WORDS[key][LANGUAGES.index(language)] if key in WORDS else key
