import io
import time
import zipfile
import zlib

from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, StreamObject, TextStringObject
from reportlab.pdfgen import canvas

from odoo.exceptions import UserError
from odoo.tests import HttpCase, TransactionCase, tagged

from ..tools.outside_files import find_bsn, remove_bsn, take_in
from .common import IncassoCommon

MEGABYTE = 1024 * 1024
#: 1x9 + 2x8 + 3x7 + 4x6 + 5x5 + 6x4 + 7x3 + 8x2 - 2 = 154 = 14 x 11
BSN = "123456782"


def make_picture(kind="JPEG", size=(40, 30), **values):
    """A picture of one colour, as a file."""
    target = io.BytesIO()
    Image.new("RGB", size, "teal").save(target, kind, **values)
    return target.getvalue()


def make_pdf(text="Betaalbewijs"):
    """A PDF of one page with a line of text."""
    target = io.BytesIO()
    page = canvas.Canvas(target)
    page.drawString(100, 700, text)
    page.save()
    return target.getvalue()


def change_pdf(change):
    """A PDF after ``change``, which is called with a writer."""
    writer = PdfWriter(clone_from=io.BytesIO(make_pdf()))
    change(writer)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def make_zip(content=b"x"):
    """An archive with one file."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("betaling.pdf", content)
    return target.getvalue()


@tagged("post_install", "-at_install")
class TestOutsideFiles(TransactionCase):
    """What is let in, and what it looks like then."""

    def _take_in(self, name, content, **values):
        (file,) = take_in(
            self.env,
            [(name, content)],
            **{"max_size": 10 * MEGABYTE, "max_count": 5, **values},
        )
        return file

    def _refused(self, name, content, why, **values):
        with self.assertRaisesRegex(UserError, why):
            self._take_in(name, content, **values)

    # === LET IN === #

    def test_pdf(self):
        content = make_pdf()
        file = self._take_in("Betaalbewijs.PDF", content)
        self.assertEqual(file[:3], ("Betaalbewijs.pdf", content, "application/pdf"))
        self.assertFalse(file.has_bsn)

    def test_picture_is_made_anew_without_its_place(self):
        exif = Image.Exif()
        exif[0x010F] = "Telefoonmaker"
        exif.get_ifd(0x8825)[1] = "N"
        photo = make_picture(exif=exif, comment=b"<script>alert(1)</script>")
        self.assertIn(b"Telefoonmaker", photo)
        file = self._take_in("foto.jpg", photo)
        kept = Image.open(io.BytesIO(file.content))
        self.assertEqual((kept.format, kept.size), ("JPEG", (40, 30)))
        self.assertFalse(kept.getexif())
        for trace in (b"Telefoonmaker", b"script", b"Exif"):
            self.assertNotIn(trace, file.content)

    def test_picture_lying_on_its_side_is_put_upright(self):
        exif = Image.Exif()
        exif[0x0112] = 6  # turned a quarter
        file = self._take_in("foto.jpg", make_picture(exif=exif))
        self.assertEqual(Image.open(io.BytesIO(file.content)).size, (30, 40))

    def test_other_kinds_of_pictures(self):
        for kind, name, kept in (
            ("PNG", "scherm.png", ("scherm.png", "image/png")),
            ("WEBP", "foto.webp", ("foto.jpg", "image/jpeg")),
            # A mistake in the name, not a trick.
            ("PNG", "foto.jpg", ("foto.png", "image/png")),
            ("JPEG", "foto", ("foto.jpg", "image/jpeg")),
        ):
            file = self._take_in(name, make_picture(kind))
            self.assertEqual((file.name, file.mimetype), kept)

    def test_large_photo_is_made_smaller(self):
        """108 million pixels, as a phone makes them."""
        file = self._take_in("foto.jpg", make_picture(size=(12000, 9000)))
        self.assertLessEqual(max(Image.open(io.BytesIO(file.content)).size), 3508)

    def test_progressive_photo_that_fills_the_memory(self):
        """It would be kept as a whole, whatever size it is read at; so would one that
        goes over the picture again and again."""
        size = (9000, 7100)
        self.assertEqual(self._take_in("a.jpg", make_picture(size=size)).name, "a.jpg")
        self._refused("a.jpg", make_picture(size=size, progressive=True), "pixels")
        photo = make_picture(progressive=True)
        end = photo.rindex(b"\xff\xda")
        self._refused("a.jpg", photo[:end] + photo[end:-2] * 60 + photo[-2:], "pixels")

    def test_text_of_endless_length(self):
        self._refused("a.txt", b"a " * MEGABYTE, "larger than 1 MB")

    def test_text(self):
        file = self._take_in("bericht.txt", "Ik heb één keer betaald".encode("cp1252"))
        self.assertEqual(file.content.decode(), "Ik heb één keer betaald")
        self.assertEqual(file.mimetype, "text/plain")

    # === NAMES === #

    def test_names(self):
        content = make_pdf()
        for name, kept in (
            ("../../etc/passwd.pdf", "passwd.pdf"),
            ("C:\\Users\\jan\\bewijs.pdf", "bewijs.pdf"),
            ("brief.docx.pdf", "brief_docx.pdf"),
            ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
            ("nul\x00.pdf", "nul.pdf"),
            ('"><img src=x>.pdf', "img src=x.pdf"),
            ("", "file.pdf"),
            (".pdf", "file.pdf"),
            ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
            # Writing from right to left would show this as "foto_exe.pdf"
            ("foto_\u202efdp.pdf", "foto_fdp.pdf"),
        ):
            self.assertEqual(self._take_in(name, content).name, kept)

    # === REFUSED === #

    def test_too_large_too_many_empty(self):
        self._refused("groot.txt", b"a" * (11 * MEGABYTE), "larger than 10 MB")
        self._refused("leeg.pdf", b"", "empty")
        with self.assertRaisesRegex(UserError, "no more than 5"):
            take_in(self.env, [("a.txt", b"a")] * 6, 10 * MEGABYTE, 5)

    def test_disguised(self):
        html = b"<html><body><script>alert(1)</script></body></html>"
        for name, content in (
            ("brief.pdf", html),
            ("brief.txt", html),
            ("brief.txt", b"hallo <svg/onload=alert(1)>"),
            ("foto.png", b"<svg xmlns='http://www.w3.org/2000/svg'></svg>"),
            ("foto.svg", b"<?xml version='1.0'?><svg/>"),
            ("brief.txt", b"{\\rtf1 hallo}"),
            ("brief.txt", b"MZ\x90\x00\x03\x00\x00\x00"),
            ("brief.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
            ("beeld.gif", make_picture("GIF")),
        ):
            self._refused(name, content, "Send a PDF, a photo or picture")
        self._refused("foto.heic", b"\0\0\0\x18ftypheic" + bytes(64), "HEIC")

    def test_other_than_the_name_says(self):
        for name, content in (
            ("brief.pdf", make_picture()),
            ("foto.jpg", make_pdf()),
            ("brief.exe", make_pdf()),
            ("brief.html", b"gewone tekst"),
            ("brief.pdf", b"gewone tekst"),
        ):
            self._refused(name, content, "something else than its name says")

    def test_archives_and_polyglots(self):
        for name, content in (
            ("alles.zip", make_zip()),
            ("brief.docx", make_zip()),
            ("bom.zip", make_zip(bytes(50 * MEGABYTE))),
            ("brief.pdf", make_pdf() + make_zip()),
            ("foto.jpg", make_picture() + make_zip()),
        ):
            self._refused(name, content, "Archives and office documents")
        both = make_picture(comment=b"%PDF-1.7 ")
        self._refused("foto.jpg", both, "a picture and a PDF at the same time")

    def test_what_is_glued_to_a_picture_is_dropped(self):
        glued = make_picture() + b"<script>alert(1)</script>"
        self.assertNotIn(b"script", self._take_in("foto.jpg", glued).content)

    def test_pictures_that_are_none(self):
        self._refused("bom.png", make_picture("PNG", (9000, 9000)), "too many pixels")
        whole = make_picture("PNG", (400, 300))
        self._refused("half.png", whole[:40] + bytes(100), "damaged")

    def test_pdf_that_acts(self):
        def script(writer):
            writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
                {
                    NameObject("/S"): NameObject("/JavaScript"),
                    NameObject("/JS"): TextStringObject("app.alert(1)"),
                }
            )

        def launch(writer):
            writer.pages[0][NameObject("/AA")] = DictionaryObject(
                {
                    NameObject("/O"): writer._add_object(
                        DictionaryObject({NameObject("/S"): NameObject("/Launch")})
                    )
                }
            )

        for change in (
            script,
            launch,
            lambda writer: writer.add_attachment("virus.exe", b"MZ"),
        ):
            self._refused("brief.pdf", change_pdf(change), "holds a program")

    def test_pdf_that_cannot_be_read(self):
        locked = change_pdf(lambda writer: writer.encrypt("geheim"))
        for content in (b"%PDF-1.4 en dan niets", make_pdf()[:200], locked):
            self._refused("brief.pdf", content, "cannot be opened")

    def test_pdf_with_an_empty_page(self):
        """As a scanner makes it of the back of a sheet."""
        content = change_pdf(lambda writer: writer.add_blank_page(595, 842))
        self.assertEqual(self._take_in("scan.pdf", content).content, content)

    def test_pdf_that_only_may_not_be_changed(self):
        """As banks send it: it opens without a password."""
        guarded = change_pdf(lambda writer: writer.encrypt("", "eigenaar"))
        self.assertTrue(PdfReader(io.BytesIO(guarded)).is_encrypted)
        self.assertEqual(self._take_in("a.pdf", guarded).mimetype, "application/pdf")

    def test_pdf_that_grows_past_all_measure(self):
        """One megabyte that becomes a thousand."""
        packer = zlib.compressobj(9)
        line = b"0 0 m " * 200_000
        packed = b"".join(packer.compress(line) for _time in range(850))

        def bomb(writer):
            stream = StreamObject()
            stream._data = packed + packer.flush()
            stream[NameObject("/Filter")] = NameObject("/FlateDecode")
            writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)

        content = change_pdf(bomb)
        self.assertLess(len(content), 2 * MEGABYTE)
        self._refused("bom.pdf", content, "cannot be opened")

    # === CITIZEN SERVICE NUMBERS === #

    def test_bsn_in_a_file(self):
        self.assertTrue(self._take_in("a.pdf", make_pdf(f"BSN {BSN}")).has_bsn)
        self.assertTrue(self._take_in("a.txt", f"bsn: {BSN}".encode()).has_bsn)
        # One digit off: 155 is no multiple of 11.
        self.assertFalse(self._take_in("a.pdf", make_pdf("BSN 123456781")).has_bsn)

    def test_bsn_found(self):
        for text in (
            BSN,
            f"Mijn BSN is {BSN}.",
            f"bsn:{BSN}, geboren 1980",
            f"({BSN})",
            "123 456 782",
            "123.456.782",
            "1234.56.782",
        ):
            self.assertEqual(len(find_bsn(text)), 1, text)
        self.assertEqual(find_bsn(f"{BSN} en 111222333"), [BSN, "111222333"])

    def test_bsn_not_found(self):
        for text in (
            None,
            "",
            "123456789",  # 9+16+21+24+25+24+21+16-9 = 147
            "000000000",
            "12345678",
            "NL91ABNA0417164300",
            "NL91 ABNA 0417 1643 00",
            "NL123456782B01",
            "7000123456782",
            "7000 1234 5678 2000",
            "€ 123.456.782,00",
            "123456782,50",
            "+31 612345678",
            "0612345678",
            "F2026-123456782",
        ):
            self.assertEqual(find_bsn(text), [], text)

    def test_bsn_that_is_something_else(self):
        self.assertEqual(find_bsn(f"factuur {BSN}", known=["123 456 782"]), [])

    def test_many_bsn_removed(self):
        """In one go: not one search through the text for each of them."""
        numbers = range(100_000_000, 100_200_000)
        text = " ".join(map(str, numbers))
        found = find_bsn(text)
        self.assertGreater(len(found), 15_000)
        start = time.monotonic()
        removed = remove_bsn(text)
        self.assertEqual(removed.count("*********"), len(found))
        self.assertLess(time.monotonic() - start, 30)

    def test_bsn_removed(self):
        self.assertEqual(
            remove_bsn(f"Ik ben {BSN} of 111.222.333."),
            "Ik ben ********* of *********.",
        )


@tagged("post_install", "-at_install")
class TestAttach(IncassoCommon):
    """Files and citizen service numbers on something that a debtor brought up."""

    def setUp(self):
        super().setUp()
        self.dossier = self._dossier(handler_id=self.handler.id)
        self.request = self.env["incasso.correspondence"].create(
            {"dossier_id": self.dossier.id, "text": "Zie mijn betaalbewijs."}
        )

    def test_kept_with_the_request(self):
        file = self.request._attach([("bewijs.pdf", make_pdf())])
        self.assertEqual(self.request.file_ids, file)
        self.assertTrue(file.incasso_outside)
        self.assertFalse(file.public or file.access_token or self.request.has_bsn)
        self.assertEqual(
            file.with_user(self.finance).name, "bewijs.pdf", "who reads the request"
        )

    def test_none_is_kept_when_one_is_refused(self):
        with self.assertRaises(UserError):
            self.request._attach([("a.pdf", make_pdf()), ("b.pdf", b"<html>")])
        self.assertFalse(self.request.file_ids)

    def test_limits_are_settings(self):
        self.company.write({"incasso_file_size": 1, "incasso_file_count": 1})
        with self.assertRaisesRegex(UserError, "larger than 1 MB"):
            self.request._attach([("a.txt", b"a" * (MEGABYTE + 1))])
        with self.assertRaisesRegex(UserError, "no more than 1"):
            self.request._attach([("a.txt", b"a"), ("b.txt", b"b")])

    def test_bsn_is_a_task_and_is_taken_out(self):
        self.request.text = f"Mijn BSN is {BSN}"
        self.request._attach(
            [
                ("a.txt", f"bsn {BSN}".encode()),
                ("b.pdf", make_pdf(BSN)),
                ("c.pdf", make_pdf()),
            ]
        )
        self.assertTrue(self.request.has_bsn)
        self.assertEqual(self.request.file_ids.mapped("incasso_bsn").count(True), 2)
        (task,) = self.request.activity_ids
        self.assertEqual(task.user_id, self.handler)
        self.request.with_user(self.handler).action_remove_bsn()
        self.assertEqual(self.request.text, "Mijn BSN is *********")
        self.assertEqual(
            {file.name: file.mimetype for file in self.request.file_ids},
            {"a.txt": "text/plain", "c.pdf": "application/pdf"},
        )
        text = self.request.file_ids.filtered(lambda file: file.name == "a.txt")
        self.assertEqual(text.raw, b"bsn *********")
        self.assertFalse(self.request.has_bsn or self.request.activity_ids)

    def test_bsn_that_is_none(self):
        self.request._attach([("b.pdf", make_pdf(BSN))])
        self.request.with_user(self.handler).action_no_bsn()
        self.assertFalse(self.request.has_bsn or self.request.activity_ids)
        self.assertTrue(self.request.file_ids)

    def test_number_of_an_invoice_is_no_bsn(self):
        claim = {"name": BSN, "due_date": "2026-03-31", "amount": 10}
        dossier = self._dossier(
            creditor=self.creditor, claims=[{**claim, "invoice_date": "2026-03-01"}]
        )
        request = self.env["incasso.correspondence"].create(
            {"dossier_id": dossier.id, "text": f"Over factuur {BSN}"}
        )
        self.assertFalse(request.has_bsn)

    def test_every_text_is_looked_at(self):
        request = self.env["incasso.correspondence"].create(
            {"dossier_id": self.dossier.id, "subject": f"BSN {BSN}"}
        )
        self.assertTrue(request.has_bsn)


@tagged("post_install", "-at_install")
class TestServed(HttpCase, IncassoCommon):
    """However it is asked for, a file from outside is a download and nothing else."""

    def test_never_inline(self):
        request = self.env["incasso.correspondence"].create(
            {"dossier_id": self._dossier().id}
        )
        files = request._attach(
            [
                ("a.txt", b"alert(1)"),
                ("b.pdf", make_pdf()),
                ("c.jpg", make_picture()),
            ]
        )
        self.authenticate(self.handler.login, self.handler.login)
        for file in files:
            for url in (
                f"/web/content/{file.id}",
                f"/web/content/{file.id}?download=false",
                f"/web/content/{file.id}?mimetype=text/html",
                f"/web/content/{file.id}/x.html?mimetype=text/html&filename=x.html",
                f"/web/content/ir.attachment/{file.id}/datas",
                f"/web/image/{file.id}" if file.name == "c.jpg" else None,
            ):
                if not url:
                    continue
                with self.subTest(url=url, name=file.name):
                    response = self.url_open(url)
                    self.assertEqual(response.status_code, 200)
                    headers = response.headers
                    self.assertTrue(
                        headers["Content-Disposition"].startswith("attachment")
                    )
                    self.assertEqual(
                        headers["Content-Type"].partition(";")[0], file.mimetype
                    )
                    self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
                    self.assertIn("sandbox", headers["Content-Security-Policy"])

    def test_not_for_others(self):
        request = self.env["incasso.correspondence"].create(
            {"dossier_id": self._dossier().id}
        )
        file = request._attach([("a.txt", b"geheim")])
        self._new_user("outsider", "base.group_user")
        self._new_user("debtor", "base.group_portal")
        for login in (None, "incasso_outsider", "incasso_debtor"):
            self.authenticate(login, login)
            response = self.url_open(f"/web/content/{file.id}")
            self.assertNotIn(b"geheim", response.content)
            self.assertEqual(response.status_code, 404)
